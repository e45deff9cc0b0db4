import { type Core, type Decision, describeReasons, type Instance, isWanted, type Verdict } from '#libs/cluster'
import { DEFAULT_POLICY, type Policy } from './policies'
import { judgeAll, Plan, pick, type WorkerVerdict } from './rank'
import { enqueue, evolveView, initialView, reconsider, type SchedulerView } from './view'

/** At most so many placements at once; they all see the cluster as of one sequence, plus one another. */
export const MAX_BATCH = 1_000

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
  if (view.workersChanged) wake(view)
  const plan = new Plan()
  const decisions: Decision[] = []
  while (decisions.length < MAX_BATCH) {
    const instance = view.waiting.pop()
    if (instance === undefined) break
    view.queued.delete(instance)
    if (instance.state !== 'pending' || !isWanted(instance) || view.blocked.has(instance.task)) continue
    const decision = place(view, instance, plan, policy)
    if (decision !== null) decisions.push(decision)
  }
  return { decisions, wakeAt: view.waiting.size > 0 ? mono : null }
}

/** A worker changed: whoever was told that there is no place asks again. */
const wake = (view: SchedulerView): void => {
  view.workersChanged = false
  const asking = [...view.blocked]
  view.blocked.clear()
  for (const task of asking) {
    for (const instance of task.instances) enqueue(view, instance)
  }
}

const place = (view: SchedulerView, instance: Instance, plan: Plan, policy: Policy): Decision | null => {
  const verdicts = judgeAll(view.cluster.workers.values(), instance, plan, policy)
  const chosen = pick(verdicts)
  const worker = chosen === null ? undefined : view.cluster.workers.get(chosen)
  if (worker === undefined) return block(view, instance, verdicts)
  plan.promise(worker, instance)
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

/** Nothing more is tried for the task until a worker or the job changes; said once, on the first that found no place. */
const block = (view: SchedulerView, instance: Instance, verdicts: readonly WorkerVerdict[]): Decision | null => {
  const { task } = instance
  view.blocked.add(task)
  const reasons = summarize(verdicts)
  if (instance.reason === describeReasons(reasons)) return null
  const data = {
    ...refOf(instance),
    version: task.job.version,
    asOf: view.cluster.seq,
    pending: task.counts.pending,
    reasons,
  }
  return { draft: { type: 'TaskUnplaceable', data }, expect: instance.seq }
}

const refOf = ({ task, index }: Instance) => ({ job: task.job.name, task: task.name, index })

/** How many workers each filter rejected. */
const summarize = (verdicts: readonly WorkerVerdict[]): { reason: string; workers: number }[] => {
  const counts = new Map<string, number>()
  for (const verdict of verdicts) {
    if (!verdict.fits) counts.set(verdict.filter, (counts.get(verdict.filter) ?? 0) + 1)
  }
  if (counts.size === 0) return [{ reason: 'no worker has joined', workers: 0 }]
  return [...counts].map(([reason, workers]) => ({ reason, workers }))
}
