import { MAX_DELAY_MS, MAX_PROBES } from '../limits'
import type { HealthSpec, HttpProbe, PortName, PortSpec, Probe, ProbePort, TaskSpec, TcpProbe } from '../model'
import { defaulted, type Finding, flag, integer, optional, record, refined, type Shape, struct } from '../shapes'
import { HEADER_NAME, headerShape, pathShape, portNameShape, schemeShape, statusShape } from '../words'
import { wordsShape } from './command'
import { duration } from './units'

const times = integer({ min: 1, max: MAX_PROBES })
const anyTime = duration({ min: 0, max: MAX_DELAY_MS })
const someTime = duration({ min: 100, max: MAX_DELAY_MS })

const port = optional(portNameShape, {
  doc: 'Which port: the name it has in `ports`, or its number inside the container.',
  example: 'http',
  otherwise: "the task's only port",
})

const httpShape = struct<HttpProbe>(
  'a map with `path`',
  {
    scheme: optional(schemeShape, {
      doc: 'Over TLS by `https`; the certificate is not verified.',
      example: 'https',
      otherwise: 'http',
      synonyms: ['protocol', 'tls'],
    }),
    path: defaulted(pathShape, '/', {
      doc: 'What is asked for, by GET.',
      example: '/health',
      synonyms: ['url', 'uri'],
    }),
    port,
    status: optional(statusShape, {
      doc: 'The one status that is success.',
      example: 204,
      otherwise: 'any from 200 to 399',
      synonyms: ['expect', 'code', 'expectedstatus'],
    }),
    headers: defaulted(
      record('a map of header names to texts', HEADER_NAME, headerShape),
      {},
      { doc: 'Headers of the request; `Host` too.', example: { Host: 'www.example.com' }, synonyms: ['header'] },
    ),
  },
  (value) => (typeof value === 'string' ? `write \`http: {path: ${value}}\`` : undefined),
)

const tcpShape = struct<TcpProbe>('a map with `port`', { port }, (value) =>
  typeof value === 'string' || typeof value === 'number' ? `write \`tcp: {port: ${value}}\`` : undefined,
)

const fields = struct<HealthSpec>('a map with `http`, `tcp` or `command`', {
  http: optional(httpShape, {
    doc: 'Healthy is what answers an HTTP request.',
    example: { path: '/health', port: 'http' },
    otherwise: 'no HTTP request is made',
    synonyms: ['httpget', 'http_get'],
  }),
  tcp: optional(tcpShape, {
    doc: 'Healthy is what takes a TCP connection.',
    example: { port: 5432 },
    otherwise: 'no connection is made',
    synonyms: ['tcpsocket', 'tcp_socket'],
  }),
  command: optional(wordsShape, {
    doc: 'Healthy is where this command, run in the container, ends with 0.',
    example: ['pg_isready', '-q'],
    otherwise: 'no command is run',
    synonyms: ['test', 'exec', 'cmd', 'script'],
  }),
  disable: optional(flag, {
    doc: 'Whether nothing is checked, even where the image has a HEALTHCHECK.',
    example: true,
    otherwise: 'false',
    synonyms: ['disabled', 'off', 'none'],
  }),
  intervalMs: defaulted(someTime, 10_000, {
    key: 'interval',
    doc: 'The time between two probes; one that is not up yet is looked at more often.',
    example: '10s',
    unit: 'duration',
    synonyms: ['period', 'periodseconds', 'every'],
  }),
  timeoutMs: defaulted(someTime, 3_000, {
    key: 'timeout',
    doc: 'How long a probe may take; one that takes longer has failed.',
    example: '3s',
    unit: 'duration',
    synonyms: ['timeoutseconds'],
  }),
  retries: defaulted(times, 3, {
    doc: 'How many probes in a row must fail for an instance to be unhealthy.',
    example: 3,
    synonyms: ['failurethreshold', 'failures_before_critical', 'failures'],
  }),
  startPeriodMs: defaulted(anyTime, 0, {
    key: 'startPeriod',
    doc: 'How long after its start a failure does not count, unless the instance has been healthy.',
    example: '30s',
    unit: 'duration',
    synonyms: ['start_period', 'initialdelayseconds', 'grace'],
  }),
  successThreshold: defaulted(times, 1, {
    doc: 'How many probes in a row must succeed for an instance to be healthy.',
    example: 2,
    synonyms: ['success_before_passing', 'successes', 'success_threshold'],
  }),
})

const KINDS = ['http', 'tcp', 'command', 'disable'] as const

const rules = (health: HealthSpec): readonly Finding[] => {
  const said = KINDS.filter((kind) => health[kind] !== undefined && health[kind] !== false)
  if (said.length === 1) return []
  const what = said.length === 0 ? 'nothing says what is checked' : `${said.join(' and ')} are both there`
  return [{ at: [], what, next: 'take exactly one of `http`, `tcp`, `command` and `disable: true`' }]
}

export const healthShape: Shape<HealthSpec> = refined(fields, rules)

/** Leaves out what says the same as saying nothing. */
export const completeHealth = <T extends Pick<TaskSpec, 'health'>>(task: T): T => {
  const { scheme, ...http } = task.health?.http ?? {}
  return scheme === 'http' ? { ...task, health: { ...task.health, http } } : task
}

type Checked = Pick<TaskSpec, 'health' | 'ports'>

/** What a probe of the task does; null where there is none. */
export const probeOf = ({ health, ports }: Checked): Probe | null => {
  if (health?.http !== undefined) {
    const { scheme = 'http', path, status, headers } = health.http
    return { tag: 'Http', scheme, port: portOf(ports, health.http.port), path, status: status ?? null, headers }
  }
  if (health?.tcp !== undefined) return { tag: 'Tcp', port: portOf(ports, health.tcp.port) }
  return health?.command === undefined ? null : { tag: 'Command', command: health.command }
}

const portOf = (ports: readonly PortSpec[], asked: PortName | undefined): ProbePort => {
  const found = ports.find(({ name, port }) => asked === undefined || name === asked || port === asked)
  if (found !== undefined) return { name: found.name, port: found.port }
  return { name: null, port: typeof asked === 'number' ? asked : 0 }
}

/** What is wrong with the port of a task's check. */
export const healthRules = ({ health, ports }: Checked): readonly Finding[] => {
  const kind = health?.http === undefined ? 'tcp' : 'http'
  const probe = health?.[kind]
  if (probe === undefined) return []
  const at = ['health', kind, 'port']
  const names = ports.filter(({ protocol }) => protocol === 'tcp').map(({ name }) => name)
  const next = names.length === 0 ? 'add `ports`, or give its number' : `the task has ${names.join(', ')}`
  if (probe.port === undefined) {
    return names.length === 1 ? [] : [{ at, what: `the task has ${names.length} TCP ports, not one`, next: 'name one' }]
  }
  if (typeof probe.port === 'number' || names.includes(probe.port)) return []
  return [{ at, what: `no TCP port of the task is named "${probe.port}"`, next }]
}
