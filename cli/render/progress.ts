import { type Cluster, describeInstance, INSTANCE_STATES, type Instance, type InstanceState } from '#libs/cluster'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { detailOf, paintHealth, stateOf, workerOf } from './instance'
import { paintState } from './state'
import { age } from './time'

/** What needs eyes comes first when there is no room for all. */
const URGENCY: readonly InstanceState[] = ['failed', 'exited', 'pending', 'starting', 'scheduled', 'stopping', 'lost']

const urgency = ({ state }: Instance): number => {
  const at = URGENCY.indexOf(state)
  return at === -1 ? URGENCY.length : at
}

/** A line an instance, at most `limit`; the rest is counted in the last one. How workers are is said if they are given. */
export const progressLines = (
  instances: readonly Instance[],
  limit: number,
  look: EventLook,
  workers?: Cluster['workers'],
): readonly string[] => {
  const fits = instances.length <= limit
  const order = fits ? instances : [...instances].sort((a, b) => urgency(a) - urgency(b))
  const shown = fits ? order : order.slice(0, limit - 1)
  const width = Math.max(0, ...shown.map((instance) => describeInstance(instance).id.length))
  const lines = shown.map((instance) => progressLine(instance, width, look, workers))
  return fits ? lines : [...lines, restLine(order.slice(shown.length), look)]
}

const progressLine = (
  instance: Instance,
  width: number,
  look: EventLook,
  workers: Cluster['workers'] | undefined,
): string => {
  const described = describeInstance(instance, workers)
  const state = paintHealth(look.colours, described)(stateOf(described).padEnd(9))
  const where = instance.worker === null || instance.state === 'pending' ? '' : `on ${workerOf(described)}  `
  const detail = detailOf(described, look)
  const ms = look.now - instance.since
  const since = instance.state === 'running' || ms < 1000 ? '' : look.colours.dim(` ${age(ms)}`)
  return `  ${escapeText(described.id).padEnd(width)}  ${state}  ${escapeText(`${where}${detail}`)}${since}`
}

const restLine = (rest: readonly Instance[], look: EventLook): string => {
  const parts = INSTANCE_STATES.flatMap((state) => {
    const n = rest.filter((instance) => instance.state === state).length
    return n === 0 ? [] : [paintState(look.colours, state)(`${n} ${state}`)]
  })
  return `  and ${rest.length} more: ${parts.join(', ')}`
}
