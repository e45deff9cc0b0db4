import { nearest } from '../shapes'
import type { Tree } from '../source'
import { CONTAINER_FIELDS } from './container'
import { deploy, memory } from './deploy'
import { Draft } from './draft'
import { MOUNT_FIELDS } from './mounts'
import { tellStray } from './nested'
import { defaultNetwork, NETWORK_FIELDS } from './network'
import { processFields } from './process'
import { entriesOf, isMap, isNothing, leafOf, partOf, textOf } from './reading'
import type { Carry, Scope } from './scope'

/** Fields that say nothing about what runs here. */
const HARMLESS: Readonly<Record<string, string>> = {
  annotations: 'containers have labels instead',
  attach: '`ork logs` shows what it writes',
  container_name: 'containers are named after their instances',
  develop: 'it is for development',
  expose: 'containers on the same network reach each other at any port',
  stdin_open: '`ork exec` opens a terminal',
  tty: '`ork exec` opens a terminal',
}

const LOST: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'blkio_config build cgroup cgroup_parent cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime ' +
    'cpu_shares cpuset credential_spec device_cgroup_rules domainname external_links gpus group_add ipc isolation links ' +
    'mac_address mem_swappiness memswap_limit models oom_kill_disable oom_score_adj pid platform post_start pre_stop ' +
    'privileged provider runtime security_opt storage_opt sysctls use_api_socket userns_mode uts volumes_from'
  )
    .split(' ')
    .map((field) => [field, 'there is nothing like it']),
)

const MORE_LOST: Readonly<Record<string, string>> = {
  build: 'images are not built here: build and push it, and name it with `image`',
  privileged: 'no container is given its whole machine: take `cap_add` and `devices`',
}

/** Told together with others, or before. */
const ELSEWHERE = new Set(['extends', 'profiles', 'mem_limit', 'mem_reservation', 'cpus', 'scale', 'x-ork'])

const isOff = (tree: Tree): boolean => tree.value === false || (tree.parts.size === 0 && typeof tree.value === 'object')

/** A task of what a service says. */
export const taskOf = (
  name: Tree,
  service: Tree,
  scope: Scope,
  lookup: (name: string) => string | undefined,
): Draft => {
  const { findings } = scope
  const fields: Readonly<Record<string, Carry>> = {
    ...CONTAINER_FIELDS,
    ...processFields(lookup),
    ...MOUNT_FIELDS,
    ...NETWORK_FIELDS,
    deploy,
  }
  const draft = new Draft(service)
  draft.set('name', name)
  for (const [field, value] of entriesOf(service, 'a map', findings)) {
    const carry = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (ELSEWHERE.has(field) || isNothing(value) || /^x-(?!ork$)/.test(field)) continue
    if (carry !== undefined) carry(value, draft, scope)
    else if (field in HARMLESS) findings.tell('harmless', value, HARMLESS[field] ?? '')
    else if (field === 'build' && partOf(service, 'image') !== undefined) {
      findings.tell('harmless', value, 'images are not built here: `image` must have been built and pushed')
    } else if (field in LOST) {
      if (!isOff(value)) findings.tell('lost', value, MORE_LOST[field] ?? LOST[field] ?? '')
    } else unknown(field, value, [...Object.keys(fields), ...Object.keys(HARMLESS), ...Object.keys(LOST)], findings)
  }
  tellStray(service, findings)
  short(service, draft, scope)
  defaultNetwork(service, draft, scope)
  extension(service, draft, scope)
  return draft
}

const unknown = (field: string, value: Tree, known: readonly string[], findings: Scope['findings']): void => {
  const guess = nearest(field, known)
  findings.tell('wrong', value, `"${field}" is no field of a service`, guess && `did you mean \`${guess}\`?`)
}

/** What `deploy` says, too, and says first. */
const short = (service: Tree, draft: Draft, { findings }: Scope): void => {
  const part = (field: string): Tree | undefined => partOf(service, field)
  if (!draft.has('replicas')) draft.set('replicas', part('scale'))
  if (!draft.has('resources.cpu')) draft.set('resources.cpu', part('cpus'))
  if (!draft.has('resources.memory')) memory(part('mem_limit'), part('mem_reservation'), draft, findings)
}

/** `x-ork` says in the words of a job file what Compose has none for; its `job` is about the job. */
const extension = (service: Tree, draft: Draft, { findings }: Scope): void => {
  const more = partOf(service, 'x-ork')
  if (more === undefined) return
  for (const [field, value] of entriesOf(more, 'a map of fields of a task', findings)) {
    if (field === 'job') continue
    if (!draft.has(field) || !isMap(value)) draft.set(field, value)
    else for (const [inner, { tree }] of value.parts) draft.set(`${field}.${inner}`, tree)
  }
}

const MODES: Readonly<Record<string, string>> = {
  replicated: 'service',
  global: 'system',
  'replicated-job': 'batch',
  'global-job': 'batch',
}

/** The fields of a job that a service has to itself; null: it is a task of the project's own. */
export const ownJobOf = (service: Tree, findings: Scope['findings']): ReadonlyMap<string, Tree> | null => {
  const job = new Map<string, Tree>()
  const mode = partOf(partOf(service, 'deploy') ?? service, 'mode')
  const kind = mode === undefined ? undefined : MODES[textOf(mode) ?? '']
  if (mode !== undefined && kind === undefined) {
    findings.tell('wrong', mode, `expected one of ${Object.keys(MODES).join(', ')}`)
  }
  if (mode !== undefined && textOf(mode) === 'global-job') {
    findings.tell('lost', mode, 'a batch job runs where there is room, not on every worker')
  }
  if (mode !== undefined && kind !== undefined && kind !== 'service') job.set('kind', leafOf(kind, mode))
  const more = partOf(service, 'x-ork')
  const own = more === undefined ? undefined : partOf(more, 'job')
  for (const [field, value] of own === undefined ? [] : entriesOf(own, 'a map of fields of a job', findings)) {
    job.set(field, value)
  }
  return job.size === 0 ? null : job
}

/** Whether one of the profiles that are asked for is the service's, or it has none. */
export const isActive = (service: Tree, profiles: ReadonlySet<string>): boolean => {
  const own = partOf(service, 'profiles')
  if (own === undefined || own.parts.size === 0 || profiles.has('*')) return true
  return [...own.parts.values()].some(({ tree }) => profiles.has(textOf(tree) ?? ''))
}
