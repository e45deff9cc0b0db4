import {
  type Cluster,
  evolve,
  type Instance,
  idOf,
  ignoreChanges,
  instancesOf,
  isOutdated,
  isPlaced,
  isWanted,
} from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'

/** What becomes of an instance: it is new, gets another container, ends, stays as it is, or waits for a place already. */
export type Step = 'create' | 'replace' | 'stop' | 'keep' | 'wait'

export interface Planned {
  readonly id: string
  readonly task: string
  readonly step: Step
  /** Where it is now; null: nowhere. */
  readonly from: string | null
}

interface Now {
  readonly isPlaced: boolean
  readonly isPending: boolean
  readonly worker: string | null
}

/**
 * What a command that writes this comes to for each instance of a job, by what the fold makes of it; the cluster is folded
 * on, in place.
 *
 * @param at When; milliseconds since 1970.
 */
export const stepsOf = (cluster: Cluster, job: string, draft: Draft, at: number): readonly Planned[] => {
  const before = new Map([...instancesOf(cluster, job)].map((instance) => [idOf(instance), nowOf(instance)]))
  const event = stamp(draft, { id: 'plan', source: 'manager/plan', time: at })
  evolve(cluster, { seq: cluster.seq + 1, event }, ignoreChanges)
  const steps: Planned[] = []
  for (const instance of instancesOf(cluster, job)) {
    const now = before.get(idOf(instance))
    const step = stepOf(instance, now)
    if (step === null) continue
    steps.push({ id: idOf(instance), task: instance.task.name, step, from: now?.isPlaced ? now.worker : null })
  }
  return steps
}

const nowOf = (instance: Instance): Now => ({
  isPlaced: isPlaced(instance.state),
  isPending: instance.state === 'pending' && isWanted(instance),
  worker: instance.worker,
})

const stepOf = (instance: Instance, now: Now | undefined): Step | null => {
  if (!isWanted(instance)) return now?.isPlaced ? 'stop' : null
  if (isPlaced(instance.state)) return isOutdated(instance) || instance.state === 'stopping' ? 'replace' : 'keep'
  if (instance.state !== 'pending') return 'keep'
  return now?.isPending ? 'wait' : 'create'
}
