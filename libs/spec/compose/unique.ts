import type { Tree } from '../source'
import { portOf } from './network'
import { pathIn } from './paths'
import { partOf, textOf } from './reading'

/** What an item of a list is about; undefined: of nothing that another one may be about, too. */
type Key = (item: Tree) => string | undefined

const part = (item: Tree, field: string): string | undefined => {
  const tree = partOf(item, field)
  return tree === undefined ? undefined : textOf(tree)
}

/** Where in the container something is mounted, the short form being `source:target:mode`. */
const target: Key = (item) => {
  const text = textOf(item)
  const [first, second] = text?.split(':') ?? []
  const path = text === undefined ? part(item, 'target') : (second ?? first)
  return path === undefined ? undefined : pathIn('/', path)
}

/** The same of what is mounted by its name. */
const file =
  (folder: string): Key =>
  (item) => {
    const name = textOf(item) ?? part(item, 'target') ?? part(item, 'source')
    return name === undefined ? undefined : pathIn(folder, name)
  }

const port: Key = (item) => {
  const short = textOf(item)
  const { host, published, target, protocol } = (short === undefined ? undefined : portOf(short)) ?? {
    host: part(item, 'host_ip'),
    published: part(item, 'published'),
    target: part(item, 'target') ?? short,
    protocol: part(item, 'protocol'),
  }
  return [host ?? '0.0.0.0', published ?? '', target, protocol ?? 'tcp'].join(' ')
}

const path: Key = (item) => textOf(item) ?? part(item, 'path')

const KEYS: Readonly<Record<string, Key>> = {
  cap_add: textOf,
  cap_drop: textOf,
  configs: file('/'),
  devices: target,
  dns: textOf,
  dns_opt: textOf,
  dns_search: textOf,
  env_file: path,
  expose: textOf,
  ports: port,
  profiles: textOf,
  secrets: file('/run/secrets'),
  tmpfs: (item) => textOf(item)?.split(':')[0],
  volumes: target,
}

/** What an item of the list at `where`, such as `services.*.ports`, is about. */
export const keyOf = (item: Tree, where: string): string | undefined => {
  const field = /^services\.\*\.(\w+)$/.exec(where)?.[1] ?? ''
  return Object.hasOwn(KEYS, field) ? KEYS[field]?.(item) : undefined
}
