import type { Tree } from '../source'
import type { Draft } from './draft'
import { sizeOf } from './measures'
import { entriesOf, isNothing, itemsOf, leafOf, partOf, textOf } from './reading'
import type { Carry, Scope } from './scope'

/** Each field of `deploy`; null: told elsewhere. */
const FIELDS: Readonly<Record<string, Carry | null>> = {
  mode: null,
  replicas: (value, draft) => draft.set('replicas', value),
  resources: (value, draft, scope) => resources(value, draft, scope),
  restart_policy: (value, draft, scope) => restartPolicy(value, draft, scope),
  update_config: (value, draft, scope) => updateConfig(value, draft, scope),
  rollback_config: (value, _, { findings }) =>
    findings.tell('harmless', value, 'a revert comes about in the way of an update'),
  placement: (value, draft, scope) => placement(value, draft, scope),
  labels: (value, _, { findings }) =>
    findings.tell('harmless', value, 'a job has no labels, write them to the service'),
  endpoint_mode: (value, _, { findings }) => {
    if (textOf(value) !== 'dnsrr') findings.tell('lost', value, 'there are no virtual addresses', 'use the ports')
  },
}

export const deploy: Carry = (value, draft, scope) => {
  for (const [field, part] of entriesOf(value, 'a map', scope.findings)) {
    const carry = Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined
    if (carry === undefined) scope.findings.tell('wrong', part, `"${field}" is no field of \`deploy\``)
    else if (carry !== null && !isNothing(part)) carry(part, draft, scope)
  }
}

const MEMORY = 'resources.memory'

const resources: Carry = (value, draft, { findings }) => {
  const limits = partOf(value, 'limits')
  const reserved = partOf(value, 'reservations')
  const [cpus, cpusKept] = [limits && partOf(limits, 'cpus'), reserved && partOf(reserved, 'cpus')]
  if (cpus !== undefined && cpusKept !== undefined && textOf(cpus) !== textOf(cpusKept)) {
    findings.tell('harmless', cpusKept, 'what is kept free of the processors is what `limits` says')
  }
  draft.set('resources.cpu', cpus ?? cpusKept)
  memory(limits && partOf(limits, 'memory'), reserved && partOf(reserved, 'memory'), draft, findings)
  if (limits !== undefined) draft.set('pidsLimit', partOf(limits, 'pids'))
  const devices = reserved && partOf(reserved, 'devices')
  for (const device of devices === undefined ? [] : itemsOf(devices)) gpus(device, draft, findings)
}

/** Memory kept free, and the limit where that is more. */
export const memory = (
  limit: Tree | undefined,
  reserved: Tree | undefined,
  draft: Draft,
  findings: Scope['findings'],
): void => {
  const most = limit && sizeOf(limit, findings)
  const kept = reserved && sizeOf(reserved, findings)
  draft.set(MEMORY, (kept ?? most)?.tree)
  if (kept !== undefined && most !== undefined && most.bytes > kept.bytes) draft.set('resources.memoryLimit', most.tree)
}

const gpus = (device: Tree, draft: Draft, findings: Scope['findings']): void => {
  const capabilities = partOf(device, 'capabilities')
  const isGpu = capabilities !== undefined && itemsOf(capabilities).some((each) => textOf(each) === 'gpu')
  const count = partOf(device, 'count') ?? leafOf(1, device)
  if (isGpu && /^\d+$/.test(textOf(count) ?? '')) draft.set('resources.gpu', leafOf(Number(textOf(count)), count))
  else findings.tell('lost', device, 'only a number of devices of the capability `gpu` can be asked for')
}

const CONDITIONS: Readonly<Record<string, string>> = { none: 'never', 'on-failure': 'on-failure', any: 'always' }

const restartPolicy: Carry = (value, draft) => {
  const condition = partOf(value, 'condition')
  if (condition !== undefined) {
    draft.set('restart.policy', leafOf(CONDITIONS[textOf(condition) ?? ''] ?? textOf(condition), condition))
  }
  draft.set('restart.delay', partOf(value, 'delay'))
  draft.set('restart.attempts', partOf(value, 'max_attempts'))
  draft.set('restart.resetAfter', partOf(value, 'window'))
}

const updateConfig: Carry = (value, draft, { service, findings }) => {
  draft.set('update.order', partOf(value, 'order'))
  const parallelism = partOf(value, 'parallelism')
  const replicas = textOf(partOf(partOf(service, 'deploy') ?? service, 'replicas') ?? leafOf(1, value)) ?? '1'
  const all = parallelism !== undefined && textOf(parallelism) === '0'
  draft.set('update.maxParallel', all ? leafOf(Math.max(1, Number(replicas)), parallelism) : parallelism)
  const delay = partOf(value, 'delay')
  draft.set('update.minHealthyTime', partOf(value, 'monitor') ?? delay)
  if (delay !== undefined && partOf(value, 'monitor') !== undefined && !/^0+\w*$/.test(textOf(delay) ?? '')) {
    findings.tell('harmless', delay, 'the next is replaced once the one before has been well for as long as `monitor`')
  }
  const action = partOf(value, 'failure_action')
  if (action !== undefined && textOf(action) === 'rollback') draft.set('update.autoRevert', leafOf(true, action))
  else if (action !== undefined && textOf(action) !== 'pause') {
    findings.tell('lost', action, 'an update that has failed does not go on', 'take `pause` or `rollback`')
  }
  const ratio = partOf(value, 'max_failure_ratio')
  if (ratio !== undefined && Number(textOf(ratio)) !== 0) {
    findings.tell('lost', ratio, `an update has failed when one instance has been given up; there is no ratio`)
  }
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  'node.hostname': 'host',
  'node.id': 'worker',
  'node.platform.os': 'os',
  'node.platform.arch': 'arch',
}

/** What Compose calls it, in our words; undefined: nothing that is known of a worker. */
const attributeOf = (name: string): string | undefined => {
  const label = /^(?:node|engine)\.labels\.(.+)$/.exec(name)?.[1]
  return label === undefined ? ATTRIBUTES[name] : `label.${label}`
}

const placement: Carry = (value, draft, { findings }) => {
  const constraints = partOf(value, 'constraints')
  for (const item of constraints === undefined ? [] : itemsOf(constraints)) {
    const [, name = '', sign, wanted] = /^\s*([\w.-]+)\s*([=!]=)\s*(.+?)\s*$/.exec(textOf(item) ?? '') ?? []
    const attribute = attributeOf(name)
    if (attribute === undefined) findings.tell('lost', item, `"${name}" is nothing that is known of a worker`)
    else draft.add('constraints', leafOf(`${attribute} ${sign === '==' ? '=' : '!='} ${wanted}`, item))
  }
  const preferences = partOf(value, 'preferences')
  for (const item of preferences === undefined ? [] : itemsOf(preferences)) {
    const over = partOf(item, 'spread')
    const name = textOf(over ?? item) ?? ''
    const attribute = attributeOf(name)
    if (attribute === undefined) findings.tell('lost', item, `"${name}" is nothing that is known of a worker`)
    else draft.add('spread', leafOf(attribute, item))
  }
  const most = partOf(value, 'max_replicas_per_node')
  if (most === undefined || textOf(most) === '0') return
  if (textOf(most) === '1') draft.set('distinctWorkers', leafOf(true, most))
  else findings.tell('lost', most, 'instances share a worker or they do not', 'take 1, or spread them')
}
