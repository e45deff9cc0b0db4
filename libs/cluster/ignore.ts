import { aggregateOf, type OrkEvent } from '#libs/events'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { findInstance } from './queries'

/** Counts a step that is not in the lifecycle. */
export const ignoreIllegal = (cluster: Cluster): void => {
  cluster.ignored.illegal += 1
}

/** Counts an event about something that is not there, and keeps its sequence for who comes to write there. */
export const ignoreStray = (cluster: Cluster, seq: number, event: OrkEvent): void => {
  cluster.strays.set(aggregateOf(event), seq)
  ignoreIllegal(cluster)
}

/** Notes the sequence of an event of which only the place is known. */
export const moveSeq = (cluster: Cluster, aggregate: string, seq: number): void => {
  const holder = holderOf(cluster, aggregate)
  if (holder === undefined) cluster.strays.set(aggregate, seq)
  else holder.of.seq = seq
}

/** Whether a token of a path is the number of an instance as it would be written. */
export const isIndex = (token: string): boolean => /^(0|[1-9]\d*)$/.test(token)

/** What the fold knows under an aggregate's path: what keeps its sequence, and how to tell that it changed. */
interface Holder {
  readonly of: { seq: number }
  tell(changes: Changes): void
}

const held = <T extends { seq: number }>(of: T | undefined, tell: (changes: Changes, of: T) => void) =>
  of === undefined ? undefined : { of, tell: (changes: Changes) => tell(changes, of) }

/** What of the model keeps the last sequence of an aggregate; undefined where nothing does. */
export const holderOf = (cluster: Cluster, aggregate: string): Holder | undefined => {
  const [, topic, first = '', task = '', index = ''] = aggregate.split('.')
  switch (topic) {
    case 'job':
      return held(cluster.jobs.get(first), (changes, job) => changes.job(job))
    case 'task': {
      const instance = isIndex(index) ? findInstance(cluster, first, task, Number(index)) : undefined
      return held(instance, (changes, one) => changes.instance(one))
    }
    case 'worker':
      return held(cluster.workers.get(first), (changes, worker) => changes.worker(worker))
    case 'control':
      return first === 'manager' || first === 'scheduler' ? held(cluster.leaders[first], () => {}) : undefined
    default:
      return undefined
  }
}
