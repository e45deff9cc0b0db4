import { mismatch } from '../shapes'
import type { Tree } from '../source'
import { sizeOf } from './measures'
import { leafOf, listOf, mapFrom, oneOrMore, pairsOf, recordOf, textOf } from './reading'
import type { Carry } from './scope'

/** The field by another name, as it is. */
const as =
  (path: string): Carry =>
  (value, draft) =>
    draft.set(path, value)

const listAs =
  (path: string): Carry =>
  (value, draft) =>
    draft.set(path, listOf(oneOrMore(value), value))

const asText = (tree: Tree): Tree => {
  const text = textOf(tree)
  return text === undefined ? tree : leafOf(text, tree)
}

const texts =
  (path: string, separator = /=/): Carry =>
  (value, draft, { findings }) => {
    const pairs = [...pairsOf(value, separator, findings)].map(([key, tree]) => [key, asText(tree)] as const)
    if (pairs.length > 0) draft.set(path, mapFrom(new Map(pairs), value))
  }

const labels: Carry = (value, draft, scope) => {
  const pairs = [...pairsOf(value, /=/, scope.findings)]
  const valued = pairs.map(([key, tree]) => [key, leafOf(textOf(tree) ?? '', tree)] as const)
  if (valued.length > 0) draft.set('labels', mapFrom(new Map(valued), value))
}

const logging: Carry = (value, draft, scope) => {
  draft.set('log.driver', value.parts.get('driver')?.tree)
  const options = value.parts.get('options')?.tree
  if (options !== undefined) texts('log.options')(options, draft, scope)
}

const size =
  (path: string): Carry =>
  (value, draft, { findings }) =>
    draft.set(path, sizeOf(value, findings)?.tree)

const PULLS: Readonly<Record<string, string>> = {
  always: 'always',
  never: 'never',
  missing: 'missing',
  if_not_present: 'missing',
}

const pullPolicy: Carry = (value, draft, { findings }) => {
  const known = PULLS[textOf(value) ?? '']
  if (known === undefined) findings.tell('lost', value, mismatch('always, missing or never', value.value))
  else draft.set('pullPolicy', leafOf(known, value))
}

const networkMode: Carry = (value, _draft, { findings }) => {
  if (textOf(value) === 'bridge') return
  findings.tell('lost', value, `containers have no network mode "${textOf(value) ?? ''}"`, 'publish `ports` instead')
}

const restart: Carry = (value, draft, { findings }) => {
  const [policy = '', attempts] = (textOf(value) ?? '').split(':')
  const known: Readonly<Record<string, string>> = {
    no: 'never',
    false: 'never',
    always: 'always',
    'on-failure': 'on-failure',
    'unless-stopped': 'always',
  }
  if (known[policy] === undefined) {
    return findings.tell('wrong', value, mismatch('no, always, on-failure or unless-stopped', value.value))
  }
  draft.set('restart.policy', leafOf(known[policy], value))
  if (attempts !== undefined) draft.set('restart.attempts', leafOf(Number(attempts), value))
}

const device: Carry = (value, draft) => {
  for (const item of oneOrMore(value)) draft.add('devices', item)
}

const ulimits: Carry = (value, draft, { findings }) => {
  const pairs = [...pairsOf(value, /=/, findings)].map(([name, tree]) => {
    if (textOf(tree) !== undefined) return [name, tree] as const
    const part = (key: string): Tree | undefined => tree.parts.get(key)?.tree
    return [name, recordOf({ soft: part('soft'), hard: part('hard') }, tree)] as const
  })
  if (pairs.length > 0) draft.set('ulimits', mapFrom(new Map(pairs), value))
}

/** What the container is given beside what it runs. */
export const CONTAINER_FIELDS: Readonly<Record<string, Carry>> = {
  image: as('image'),
  user: (value, draft) => draft.set('user', asText(value)),
  working_dir: as('workingDir'),
  hostname: as('hostname'),
  read_only: as('readOnly'),
  init: as('init'),
  pids_limit: as('pidsLimit'),
  shm_size: size('shmSize'),
  stop_signal: as('stop.signal'),
  stop_grace_period: as('stop.grace'),
  cap_add: listAs('capabilities.add'),
  cap_drop: listAs('capabilities.drop'),
  dns: listAs('dns.servers'),
  dns_search: listAs('dns.search'),
  dns_opt: listAs('dns.options'),
  extra_hosts: texts('extraHosts', /[:=]/),
  ulimits,
  labels,
  logging,
  devices: device,
  pull_policy: pullPolicy,
  network_mode: networkMode,
  restart,
}
