import type { Core, Decision, Now, Verdict } from '#libs/cluster'
import { lostAttempt } from './drafts'
import { decideJob } from './jobs'
import { DEFAULT_LIVENESS, decideLiveness, type LivenessSettings } from './liveness'
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
    decisions.push(...decideLiveness(view, now, settings))
    view.nextLivenessAt = now.mono + settings.checkEveryMs
  }
  decisions.push(...takeLost(view, MAX_BATCH - decisions.length))
  for (const job of view.touchedJobs) {
    const room = MAX_BATCH - decisions.length
    if (room <= 0) break
    const wanted = decideJob(job)
    if (wanted.length <= room) view.touchedJobs.delete(job) // else the rest is found again in the next batch
    decisions.push(...wanted.slice(0, room))
  }
  const more = view.touchedJobs.size > 0 || view.touchedAttempts.size > 0
  return { decisions, wakeAt: more ? now.mono : view.nextLivenessAt }
}

const takeLost = (view: ManagerView, room: number): Decision[] => {
  const decisions: Decision[] = []
  for (const attempt of view.touchedAttempts) {
    if (decisions.length >= room) break
    view.touchedAttempts.delete(attempt)
    const worker = attempt.worker === null ? undefined : view.cluster.workers.get(attempt.worker)
    if (worker?.state === 'lost' && worker.instances.has(attempt)) decisions.push(lostAttempt(attempt))
  }
  return decisions
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
