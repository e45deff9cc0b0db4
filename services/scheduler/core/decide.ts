import { type Core, type Decision, describeReasons, type Instance, type Verdict } from '#libs/cluster'
import { DEFAULT_POLICY, type Policy } from './policies'
import { Plan, type Reason, survey } from './rank'
import { evolveView, initialView, reconsider, type SchedulerView, settlePromises } from './view'

/** At most so many placements at once; they all see the cluster as of one sequence, plus one another. */
const MAX_BATCH = 1_000

/** The scheduler's core: where what should run runs. */
export const schedulerCore = (policy: Policy = DEFAULT_POLICY): Core<SchedulerView> => ({
  initial: initialView,
  evolve: evolveView,
  hear() {},
  lead: reconsider,
  reconsider,
  decide: (view, now) => decide(view, policy, now.mono),
})

const decide = (view: SchedulerView, policy: Policy, mono: number): Verdict => {
  settlePromises(view)
  const plan = new Plan()
  const decisions: Decision[] = []
  while (decisions.length < MAX_BATCH) {
    const instance = view.queue.next()
    if (instance === undefined) break
    const decision = place(view, instance, plan, policy)
    if (decision !== null) decisions.push(decision)
  }
  return { decisions, wakeAt: view.queue.busy ? mono : null }
}

const place = (view: SchedulerView, instance: Instance, plan: Plan, policy: Policy): Decision | null => {
  const { worker, reasons } = survey(view.cluster.workers.values(), instance, plan, policy)
  if (worker === null) return refuse(view, instance, reasons)
  view.queue.take(instance)
  plan.promise(worker, instance)
  view.promised.set(instance, instance.placedSeq)
  const data = {
    ...refOf(instance),
    worker: worker.name,
    attempt: instance.attempt + 1,
    version: instance.task.job.version,
    policy: policy.name,
    asOf: view.cluster.seq,
  }
  return { draft: { type: 'TaskScheduled', data }, expect: instance.seq }
}

/**
 * Nothing more is tried until a worker or the job changes: for the whole task, or for the one instance that workers
 * have turned down. Said once for each reason, on the first that found no place.
 */
const refuse = (view: SchedulerView, instance: Instance, reasons: readonly Reason[]): Decision | null => {
  const { task } = instance
  if (instance.rejectedBy.length > 0) view.queue.setAside(instance)
  else view.queue.block(task)
  if (instance.reason === describeReasons(reasons)) return null
  const data = {
    ...refOf(instance),
    version: task.job.version,
    asOf: view.cluster.seq,
    pending: task.counts.pending,
    reasons: [...reasons],
  }
  return { draft: { type: 'TaskUnplaceable', data }, expect: instance.seq }
}

const refOf = ({ task, index }: Instance) => ({ job: task.job.name, task: task.name, index })
