import { mismatch } from '../shapes'
import type { Tree } from '../source'
import { isNothing, isTrue, itemsOf, leafOf, oneOrMore, partOf, recordOf, textOf } from './reading'
import type { Carry, Scope } from './scope'

const PORT =
  /^(?:(?<host>\[[^\]]*\]|\d+(?:\.\d+){3}):)?(?:(?<published>\d+(?:-\d+)?)?:)?(?<target>\d+(?:-\d+)?)(?:\/(?<protocol>\w+))?$/

interface PortWords {
  readonly host?: string
  readonly published?: string
  readonly target: string
  readonly protocol?: string
}

/** The parts of a port in its short form; undefined: it is none. */
export const portOf = (text: string): PortWords | undefined => PORT.exec(text)?.groups as PortWords | undefined

const ports: Carry = (value, draft, { findings }) => {
  for (const item of oneOrMore(value)) {
    const text = textOf(item)
    const found = text === undefined ? undefined : portOf(text)
    if (text === undefined) draft.add('ports', longPort(item, findings))
    else if (found === undefined) findings.tell('wrong', item, mismatch('a port such as "8080:80"', item.value))
    else {
      const { host, published, target, protocol } = found
      if (host !== undefined) findings.tell('lost', item, ADDRESS, 'leave it out')
      for (const port of spread(target, published)) {
        draft.add('ports', leafOf(protocol === undefined ? port : `${port}/${protocol}`, item))
      }
    }
  }
}

const ADDRESS = 'a port is published on every address of its machine, one cannot be chosen'

/** `8000-8001:80-81` is two ports; `8000-8010:80` one of a range. */
const spread = (target: string, published: string | undefined): readonly string[] => {
  const [from = 0, to = from] = target.split('-').map(Number)
  const [first = 0, last = first] = (published ?? '').split('-').map(Number)
  if (from === to) return [published === undefined ? target : `${published}:${target}`]
  const length = Math.min(to - from, 1000)
  return Array.from({ length: length + 1 }, (_, at) => {
    const host = published === undefined || last - first !== to - from ? '' : `${first + at}:`
    return `${host}${from + at}`
  })
}

const longPort = (item: Tree, findings: Scope['findings']): Tree => {
  const address = partOf(item, 'host_ip')
  if (address !== undefined && textOf(address) !== '0.0.0.0') findings.tell('lost', address, ADDRESS, 'leave it out')
  const published = partOf(item, 'published')
  const text = published === undefined ? '' : (textOf(published) ?? '')
  const isRange = text.includes('-')
  return recordOf(
    {
      name: partOf(item, 'name'),
      port: partOf(item, 'target'),
      hostPort: published === undefined || isRange ? undefined : leafOf(text === '' ? 0 : Number(text), published),
      hostPortRange: isRange ? published : undefined,
      protocol: partOf(item, 'protocol'),
    },
    item,
  )
}

const networks: Carry = (value, draft, scope) => {
  const names = value.list
    ? itemsOf(value).map((item) => [textOf(item) ?? '', item] as const)
    : [...value.parts].map(([name, { tree }]) => [name, tree] as const)
  for (const [name, tree] of names) {
    for (const field of ['aliases', 'ipv4_address', 'ipv6_address', 'mac_address', 'link_local_ips']) {
      const part = partOf(tree, field)
      if (part !== undefined) scope.findings.tell('lost', part, 'a task is found by its own name, at any address')
    }
    draft.add('networks', leafOf(networkName(name, tree, scope), tree))
  }
}

const networkName = (name: string, tree: Tree, { project, top, findings }: Scope): string => {
  const network = top('networks', name)
  if (network === undefined) {
    if (name !== 'default') findings.tell('wrong', tree, `there is no network "${name}" at the end of the file`)
    return `${project}-${name}`
  }
  const given = partOf(network, 'name')
  const external = partOf(network, 'external')
  if (external !== undefined && isTrue(external)) {
    findings.tell('lost', network, "networks are ork's own, one that is there already is not joined")
  }
  return given === undefined ? `${project}-${name}` : (textOf(given) ?? name)
}

/** In Compose every service is on the network of its project, unless it says otherwise. */
export const defaultNetwork: Carry = (service, draft, { project }) => {
  const mode = service.parts.get('network_mode')?.tree
  if (draft.has('networks') || (mode !== undefined && !isNothing(mode))) return
  draft.add('networks', leafOf(`${project}-default`, service))
}

/** How the container is reached. */
export const NETWORK_FIELDS: Readonly<Record<string, Carry>> = { ports, networks }
