// Planted bugs about who has to make room: each wraps the core of the scheduler.
import { type Cluster, type Core, type Decision, findInstance, type Instance, idOf, isWanted } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { DEFAULT_PRIORITY } from '#libs/spec'

type AnyView = { readonly cluster: Cluster }

/** Whoever has no place takes that of another whose job has the same priority. */
export const preemptsEquals = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const { cluster } = view
    const verdict = core.decide(view, now)
    if (!cluster.scheduling.preemption) return verdict
    const more = verdict.decisions.flatMap(({ draft }): Decision[] => {
      if (draft.type !== 'TaskUnplaceable') return []
      const { job, task, index } = draft.data
      const waiting = findInstance(cluster, job, task, index)
      const victim = waiting === undefined ? undefined : equalOf(cluster, waiting)
      return waiting === undefined || victim === undefined ? [] : [preempted(victim, waiting, cluster.seq)]
    })
    return { ...verdict, decisions: [...verdict.decisions, ...more] }
  },
})

const priorityOf = ({ task }: Instance): number => task.job.spec.priority ?? DEFAULT_PRIORITY

const equalOf = ({ jobs }: Cluster, waiting: Instance): Instance | undefined => {
  for (const job of jobs.values()) {
    if (job === waiting.task.job) continue
    for (const { instances } of job.tasks.values()) {
      for (const one of instances) {
        if (one.state === 'running' && isWanted(one) && priorityOf(one) === priorityOf(waiting)) return one
      }
    }
  }
  return undefined
}

const preempted = (victim: Instance, by: Instance, asOf: number): Decision => {
  const refOf = ({ task, index }: Instance) => ({ job: task.job.name, task: task.name, index })
  const data = {
    ...refOf(victim),
    worker: victim.worker ?? '_',
    attempt: victim.attempt,
    placement: victim.placedSeq,
    priority: priorityOf(victim),
    by: { ...refOf(by), priority: priorityOf(by) },
    asOf,
    reason: `makes room for ${idOf(by)}`,
  }
  return { draft: { type: 'TaskPreempted', data }, expect: victim.seq }
}

/** Takes the place of others though that is switched off; its view of the cluster is as it should be. */
export const preemptsAnyway = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const { scheduling } = view.cluster
    const { preemption } = scheduling
    scheduling.preemption = true
    const verdict = core.decide(view, now)
    scheduling.preemption = preemption
    return verdict
  },
})

/** Places who takes the place of others together with the word that these have to go. */
export const placesAtOnce = <View extends AnyView>(core: Core<View>): Core<View> => ({
  ...core,
  decide: (view, now) => {
    const verdict = core.decide(view, now)
    const placed = new Map<Instance, Decision>()
    for (const { draft } of verdict.decisions) {
      if (draft.type !== 'TaskPreempted') continue
      const { by } = draft.data
      const instance = findInstance(view.cluster, by.job, by.task, by.index)
      if (instance !== undefined) placed.set(instance, placement(view.cluster, instance, draft.data))
    }
    const isOfThese = ({ draft: { type, data } }: Decision): boolean =>
      type === 'TaskUnplaceable' && placed.has(findInstance(view.cluster, data.job, data.task, data.index) as Instance)
    const others = verdict.decisions.filter((decision) => !isOfThese(decision))
    return { ...verdict, decisions: [...others, ...placed.values()] }
  },
})

const placement = (
  { seq, scheduling: { policy } }: Cluster,
  instance: Instance,
  { by, worker, asOf }: EventOf<'TaskPreempted'>['data'],
): Decision => {
  const { job } = instance.task
  const { priority: _, ...ref } = by
  const where = {
    worker,
    attempt: instance.attempt + 1,
    version: job.version,
    policy: job.spec.placement?.policy ?? policy,
  }
  return {
    draft: { type: 'TaskScheduled', data: { ...ref, ...where, asOf, ports: [] } },
    expect: Math.min(instance.seq, seq),
  }
}
