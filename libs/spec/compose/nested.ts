import { nearest } from '../shapes'
import type { Tree } from '../source'
import { type Findings, isMap, isNothing, textOf } from './reading'

/** The fields of the maps within a service, by where they stand: `[]` an item of a list, `*` whatever it is called. */
const WITHIN: Readonly<Record<string, string>> = {
  'configs[]': 'source target',
  'depends_on.*': 'condition required',
  'deploy.placement': 'constraints preferences max_replicas_per_node',
  'deploy.placement.preferences[]': 'spread',
  'deploy.resources': 'limits reservations',
  'deploy.resources.limits': 'cpus memory pids',
  'deploy.resources.reservations': 'cpus memory devices',
  'deploy.resources.reservations.devices[]': 'capabilities count',
  'deploy.restart_policy': 'condition delay max_attempts window',
  'deploy.update_config': 'parallelism delay failure_action monitor max_failure_ratio order',
  'env_file[]': 'path required',
  extends: 'file service',
  healthcheck: 'test interval timeout start_period start_interval retries disable',
  logging: 'driver options',
  'networks.*': 'aliases ipv4_address ipv6_address mac_address link_local_ips',
  'ports[]': 'name target published host_ip protocol mode app_protocol',
  'secrets[]': 'source target mode',
  'ulimits.*': 'soft hard',
  'volumes[]': 'type source target read_only bind volume tmpfs consistency',
  'volumes[].bind': 'create_host_path',
  'volumes[].tmpfs': 'size',
  'volumes[].volume': 'nocopy subpath',
}

/** The same of the maps at the end of the file. */
const TOP: Readonly<Record<string, string>> = {
  'configs.*': 'name external file content environment labels',
  'networks.*': 'name external driver driver_opts ipam internal attachable labels enable_ipv4 enable_ipv6',
  'secrets.*': 'name external file environment labels',
  'volumes.*': 'name external driver driver_opts labels',
}

/** Tells of every field within a service of which nothing would be made: a slip, or something that ork has not. */
export const tellStray = (service: Tree, findings: Findings): void => look(service, '', WITHIN, findings)

/** The same of what stands beside the services. */
export const tellStrayTop = (file: Tree, findings: Findings): void => look(file, '', TOP, findings)

const look = (tree: Tree, where: string, known: typeof WITHIN, findings: Findings): void => {
  const fields = Object.hasOwn(known, where) ? known[where]?.split(' ') : undefined
  for (const [key, { tree: part }] of tree.parts) {
    if (fields !== undefined && isMap(tree) && !fields.includes(key)) stray(key, part, fields, findings)
    else for (const below of stepsTo(tree, where, key)) if (leadsOn(below, known)) look(part, below, known, findings)
  }
}

const stepsTo = ({ list }: Tree, where: string, key: string): readonly string[] => {
  if (list) return [`${where}[]`]
  return where === '' ? [key] : [`${where}.${key}`, `${where}.*`]
}

const leadsOn = (where: string, known: typeof WITHIN): boolean =>
  Object.keys(known).some((path) => path === where || path.startsWith(`${where}.`) || path.startsWith(`${where}[`))

const stray = (key: string, part: Tree, fields: readonly string[], findings: Findings): void => {
  if (key.startsWith('x-') || isNothing(part) || textOf(part) === 'false') return
  const guess = nearest(key, fields)
  const next = guess === undefined ? `fields here: ${fields.join(', ')}` : `did you mean \`${guess}\`?`
  findings.tell('lost', part, `nothing is made of "${key}" here`, next)
}
