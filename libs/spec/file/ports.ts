import * as E from 'fp-ts/Either'
import type * as t from 'io-ts'
import { MAX_PORTS } from '../limits'
import type { PortRange, PortSpec } from '../model'
import {
  defaulted,
  type Finding,
  integer,
  list,
  mismatch,
  optional,
  plain,
  refined,
  refuse,
  required,
  Shape,
  struct,
} from '../shapes'
import { nameShape, protocolShape } from '../words'

type PortFile = Omit<PortSpec, 'name'> & { readonly name?: string }

const RANGE = /^(\d{1,5})-(\d{1,5})$/
const RANGE_EXPECTED = 'a range of ports such as 20000-20099'

const parseRange = (text: string): PortRange | undefined => {
  const match = RANGE.exec(text)
  const range = { from: Number(match?.[1] ?? 0), to: Number(match?.[2] ?? 0) }
  return isRange(range) ? range : undefined
}

const isRange = ({ from, to }: PortRange): boolean => from >= 1 && from < to && to <= 65535

const rangeShape: Shape<PortRange> = new Shape<PortRange>(
  { form: 'text', expected: RANGE_EXPECTED, pattern: RANGE.source },
  (value): value is PortRange => typeof value === 'object' && value !== null && isRange(value as PortRange),
  (value, context) => {
    const range = typeof value === 'string' ? parseRange(value) : undefined
    return range === undefined ? refuse(value, context, mismatch(RANGE_EXPECTED, value)) : E.right(range)
  },
  ({ from, to }) => `${from}-${to}`,
)

const long = struct<PortFile>('a port', {
  name: optional(nameShape, {
    doc: 'Name of the port, unique in the task.',
    example: 'http',
    otherwise: 'protocol and port, e.g. tcp-80',
  }),
  port: required(integer({ min: 1, max: 65535 }), {
    doc: 'The port the task listens on.',
    example: 80,
    synonyms: ['target', 'containerport', 'container'],
  }),
  hostPort: defaulted(integer({ min: 0, max: 65535 }), 0, {
    doc: 'The port of the machine it is reached at; 0 lets the engine choose a free one.',
    example: 8080,
    synonyms: ['published', 'host', 'hostport'],
  }),
  hostPortRange: optional(rangeShape, {
    doc: 'Ports of the machine of which each instance is given one that is free when it is placed.',
    example: '20000-20099',
    otherwise: 'as `hostPort` says',
    synonyms: ['range', 'hostports', 'portrange'],
  }),
  protocol: defaulted(protocolShape, 'tcp', { doc: 'Transport protocol.', example: 'udp' }),
})

const named = (port: PortFile): PortSpec => ({
  name: port.name ?? `${port.protocol}-${port.port}`,
  port: port.port,
  hostPort: port.hostPort,
  ...(port.hostPortRange === undefined ? {} : { hostPortRange: port.hostPortRange }),
  protocol: port.protocol,
})

const SHORT = 'a port such as 80, "8080:80" (host:task), "8000-8100:80/udp", or a map with `port`'

const parseShort = (text: string): PortSpec | undefined => {
  const match = /^(?:(\d{1,5}(?:-\d{1,5})?):)?(\d{1,5})(?:\/(tcp|udp))?$/.exec(text)
  if (match === null) return undefined
  const range = match[1]?.includes('-') ? parseRange(match[1]) : undefined
  if (range === undefined && match[1]?.includes('-')) return undefined
  const port = named({
    port: Number(match[2]),
    hostPort: match[1] === undefined || range !== undefined ? 0 : Number(match[1]),
    ...(range === undefined ? {} : { hostPortRange: range }),
    protocol: match[3] === 'udp' ? 'udp' : 'tcp',
  })
  const chosen = match[1] === undefined || range !== undefined || port.hostPort >= 1
  return chosen && port.port >= 1 && port.port <= 65535 && port.hostPort <= 65535 ? port : undefined
}

const shortHint = (text: string): string | undefined => {
  if (/^\d+-\d+(\/|$)/.test(text) || /:\d+-\d+/.test(text)) return 'a task listens on one port each: list them'
  if (/^\d+-\d+:/.test(text)) return 'a range goes from a lower port to a higher one, at most 65535'
  if (/^[\d.]+:\d+:\d+/.test(text) || text.startsWith('[')) return 'an address cannot be chosen: leave it out'
  return undefined
}

const validate = (input: unknown, context: t.Context): t.Validation<PortSpec> => {
  const value = plain(input)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const result = long.validate(input, context)
    return E.isLeft(result) ? result : E.right(named(result.right))
  }
  const text = typeof value === 'number' ? String(value) : value
  const port = typeof text === 'string' ? parseShort(text) : undefined
  if (port !== undefined) return E.right(port)
  const shown = input === null ? 'nothing' : JSON.stringify(Array.isArray(value) ? 'a list' : text)
  return refuse(
    input,
    context,
    `expected ${SHORT}, found ${shown}`,
    typeof text === 'string' ? shortHint(text) : undefined,
  )
}

const portShape: Shape<PortSpec> = new Shape<PortSpec>(
  { form: 'either', expected: SHORT, of: [{ form: 'scalar', expected: '"8080:80/udp"' }, long.about] },
  (value): value is PortSpec => long.is(value) && value.name !== undefined,
  validate,
  (value) => long.encode(value),
)

const repeats = (ports: readonly PortSpec[]): readonly Finding[] => {
  const findings: Finding[] = []
  const seen = new Map<string, number>()
  const once = (index: number, key: string, at: string, what: string): void => {
    const before = seen.get(key)
    if (before === undefined) seen.set(key, index)
    else findings.push({ at: [index, at], what: `${what} is taken by item [${before}]`, next: 'choose another' })
  }
  ports.forEach((each, index) => {
    const { name, port, hostPort, protocol } = each
    once(index, `name ${name}`, 'name', `the name "${name}"`)
    once(index, `port ${port}/${protocol}`, 'port', `the port ${port}/${protocol}`)
    if (hostPort !== 0) once(index, `host ${hostPort}/${protocol}`, 'hostPort', `the host port ${hostPort}/${protocol}`)
    findings.push(...overlaps(ports, each, index))
  })
  return findings
}

/** What a range has to do with the port itself and with those before it, which must be nothing. */
const overlaps = (ports: readonly PortSpec[], port: PortSpec, index: number): readonly Finding[] => {
  if (port.hostPort !== 0 && port.hostPortRange !== undefined) {
    const what = 'there is a `hostPort` and a range of them'
    return [{ at: [index, 'hostPortRange'], what, next: 'remove one of them' }]
  }
  const mine = reachOf(port)
  return ports.slice(0, index).flatMap((other, before) => {
    const theirs = reachOf(other)
    if (mine === undefined || theirs === undefined || other.protocol !== port.protocol) return []
    if (port.hostPortRange === undefined && other.hostPortRange === undefined) return [] // told as a repeated port
    if (mine.from > theirs.to || theirs.from > mine.to) return []
    const what = `its host ports overlap with those of item [${before}]`
    return [{ at: [index], what, next: 'choose others' }]
  })
}

const reachOf = ({ hostPort, hostPortRange }: PortSpec): PortRange | undefined =>
  hostPortRange ?? (hostPort === 0 ? undefined : { from: hostPort, to: hostPort })

/** Ports in long or short form; no two with the same name, port or host port. */
export const portsShape: Shape<readonly PortSpec[]> = refined(
  list('a list of ports', portShape, { max: MAX_PORTS, hint: () => 'write a list: `ports: ["8080:80"]`' }),
  repeats,
)
