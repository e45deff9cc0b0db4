import type { Core, Decision, Instance, Job, Now, Verdict } from '#libs/cluster'
import { decideDrains, nextDrain, waitingForRoom, whyDrained } from './drain'
import { decideJob } from './jobs'
import { DEFAULT_LIVENESS, decideLiveness, type LivenessSettings } from './liveness'
import { note } from './steady'
import { evolveView, hear, initialView, lead, type ManagerView, reconsider } from './view'

/** At most so many decisions at once; what is left over is decided when these are folded. */
const MAX_BATCH = 1_000

/** The manager's core: what should run. */
export const managerCore = (settings: LivenessSettings = DEFAULT_LIVENESS): Core<ManagerView> => ({
  initial: initialView,
  evolve: evolveView,
  hear,
  lead,
  reconsider,
  decide: (view, now) => decide(view, now, settings),
})

const decide = (view: ManagerView, now: Now, settings: LivenessSettings): Verdict => {
  const decisions: Decision[] = nextRecord(view)
  if (now.mono >= view.nextLivenessAt) {
    decisions.push(...decideLiveness(view, now, settings, MAX_BATCH - decisions.length))
  }
  const drains = decideDrains(view.drains, now, MAX_BATCH - decisions.length)
  decisions.push(...drains)
  const losing = jobsIn(view, drains)
  for (const instance of view.touchedInstances) note(view.seen, instance, now)
  view.touchedInstances.clear()
  for (const [job, { dueAt }] of view.rollouts) if (dueAt <= now.mono) view.touchedJobs.add(job)
  for (const job of waitingForRoom(view, now)) view.touchedJobs.add(job)
  const whyMove = whyDrained(view.cluster, view.drains, view.moving)
  for (const job of view.touchedJobs) {
    if (losing.has(job)) continue // decided on when it is folded how many of it are down
    const room = MAX_BATCH - decisions.length
    if (room <= 0) break
    const wanted = decideJob(view, job, whyMove, now)
    if (wanted.length <= room) view.touchedJobs.delete(job) // else the rest is found again in the next batch
    decisions.push(...wanted.slice(0, room))
  }
  if (view.drains.size > 0) for (const instance of stoppedBy(view, decisions)) view.moving.add(instance)
  return {
    decisions,
    wakeAt:
      view.touchedJobs.size > 0 ? now.mono : Math.min(view.nextLivenessAt, nextRollout(view), nextDrain(view, now)),
  }
}

/** The instances that are asked to stop. */
const stoppedBy = ({ cluster }: ManagerView, decisions: readonly Decision[]): readonly Instance[] =>
  decisions.flatMap(({ draft: { type, data } }) =>
    type === 'TaskStopRequested'
      ? (cluster.jobs.get(data.job)?.tasks.get(data.task)?.instances.at(data.index) ?? [])
      : [],
  )

/** The jobs of which something is taken down. */
const jobsIn = ({ cluster }: ManagerView, decisions: readonly Decision[]): ReadonlySet<Job | undefined> =>
  new Set(decisions.map(({ draft: { data } }) => ('index' in data ? cluster.jobs.get(data.job) : undefined)))

/** When the passing of time next changes something about a job that is being replaced. */
const nextRollout = ({ rollouts }: ManagerView): number => {
  let next = Number.POSITIVE_INFINITY
  for (const { dueAt } of rollouts.values()) next = Math.min(next, dueAt)
  return next
}

/** One at a time, since all are of one aggregate, the manager's own: the next follows when this one is folded. */
const nextRecord = (view: ManagerView): Decision[] => {
  const { quarantined, leaders } = view.cluster
  for (const aggregate of view.toRecord) {
    const held = quarantined.get(aggregate)
    if (held !== undefined && held.since === null) {
      const data = { sequence: held.seq, subject: aggregate, reason: held.reason }
      return [{ draft: { type: 'EventQuarantined', data }, expect: leaders.manager.seq }]
    }
    view.toRecord.delete(aggregate)
  }
  return []
}
