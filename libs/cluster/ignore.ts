import { aggregateOf, type OrkEvent } from '#libs/events'
import { type Cluster, findInstance } from './model'

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
  else holder.seq = seq
}

const holderOf = (cluster: Cluster, aggregate: string): { seq: number } | undefined => {
  const [, topic, first = '', task = '', index = ''] = aggregate.split('.')
  switch (topic) {
    case 'job':
      return cluster.jobs.get(first)
    case 'task':
      return /^(0|[1-9]\d*)$/.test(index) ? findInstance(cluster, first, task, Number(index)) : undefined
    case 'worker':
      return cluster.workers.get(first)
    case 'control':
      return first === 'manager' || first === 'scheduler' ? cluster.leaders[first] : undefined
    default:
      return undefined
  }
}
