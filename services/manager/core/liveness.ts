import { type Decision, goneAfterMs, isPlaced, type Now, type Worker } from '#libs/cluster'
import { lostAttempt } from './drafts'
import { giveTime, type ManagerView } from './view'

/** Milliseconds, and the share of workers whose silence at once is taken for a fault of the network, not of theirs. */
export interface LivenessSettings {
  readonly suspectAfterMs: number
  readonly lostAfterMs: number
  readonly massLossShare: number
  readonly massLossWindowMs: number
  readonly checkEveryMs: number
  /** Whoever looks later than planned by this was stalled: what it should have heard meanwhile is not read yet. */
  readonly stalledAfterMs: number
}

export const DEFAULT_LIVENESS: LivenessSettings = {
  suspectAfterMs: 6_000,
  lostAfterMs: 15_000,
  massLossShare: 0.55,
  massLossWindowMs: 60_000,
  checkEveryMs: 500,
  stalledAfterMs: 2_000,
}

/**
 * Judges every worker by its silence, on the monotonic clock: suspected, then lost; returned once it is heard again. Of
 * those that are not there, each instance is given up when its job says so, at most `room` at once. While too large a
 * share is silent at once nothing is: losing most of a fleet is a fault between us and them, and replacing everything
 * would make it worse.
 */
export const decideLiveness = (view: ManagerView, now: Now, settings: LivenessSettings, room: number): Decision[] => {
  if (now.mono - view.nextLivenessAt > settings.stalledAfterMs) giveTime(view, now)
  const massLoss = isMassLoss(view, now, settings)
  const decisions: Decision[] = []
  const losses: Decision[] = []
  for (const worker of view.cluster.workers.values()) {
    const change = judge(view, worker, now, settings, massLoss)
    if (change !== null) decisions.push(change)
    // One more than there is room for says that there are more: 100,000 may be lost at once, and are counted in each batch.
    if (losses.length > room || (massLoss && worker.state !== 'forgotten')) continue
    losses.push(...dueLosses(view, worker, now, settings))
  }
  const due = losses.slice(0, Math.max(0, room - decisions.length))
  view.nextLivenessAt = now.mono + settings.checkEveryMs / (due.length < losses.length ? 10 : 1)
  return [...decisions, ...due]
}

/** Sets the alarm, or takes it back. */
const isMassLoss = (view: ManagerView, now: Now, settings: LivenessSettings): boolean => {
  let known = 0
  let silent = 0
  let given = 0
  for (const worker of view.cluster.workers.values()) {
    const lostLately = lostFor(view, worker, now) < settings.massLossWindowMs
    if (worker.state === 'left' || worker.state === 'forgotten') continue // in order, or by hand: no fault at all
    if (worker.state === 'lost' && !lostLately) continue
    known += 1
    const silentMs = silence(view, worker, now)
    if (lostLately || silentMs >= settings.suspectAfterMs) silent += 1
    if (lostLately || silentMs >= settings.lostAfterMs) given += 1
  }
  const massLoss = known > 0 && silent / known >= settings.massLossShare
  view.alarm =
    massLoss && given > 0
      ? `${silent} of ${known} workers are silent at once; nothing is moved until some are heard, or given up by \`ork forget\``
      : null
  return massLoss
}

/** What is to be said of one worker, if anything. */
const judge = (
  view: ManagerView,
  worker: Worker,
  now: Now,
  settings: LivenessSettings,
  massLoss: boolean,
): Decision | null => {
  const { state, name } = worker
  const silentMs = silence(view, worker, now)
  const say = (draft: Decision['draft']): Decision => ({ draft, expect: worker.seq })
  if (state === 'left') return null
  if (state === 'ready') {
    return silentMs >= settings.suspectAfterMs
      ? say({ type: 'WorkerSuspected', data: { worker: name, silentMs } })
      : null
  }
  if (isHeard(view, worker, now, settings)) return say({ type: 'WorkerReturned', data: { worker: name } })
  if (state !== 'suspected' || silentMs < settings.lostAfterMs || massLoss) return null
  return say({ type: 'WorkerLost', data: { worker: name, silentMs } })
}

/** The instances on a worker that is not there whose time is up. */
const dueLosses = (view: ManagerView, worker: Worker, now: Now, settings: LivenessSettings): Decision[] => {
  if (worker.state === 'ready' || isHeard(view, worker, now, settings)) return []
  const known = worker.state === 'lost' ? settings.lostAfterMs : 0 // a leader before us has waited so long
  const silentMs = Math.max(silence(view, worker, now), known)
  const losses: Decision[] = []
  for (const instance of worker.instances) {
    const after = goneAfterMs(instance, worker.state)
    if (after !== null && silentMs >= after && isPlaced(instance.state)) losses.push(lostAttempt(instance, worker))
  }
  return losses
}

const silence = (view: ManagerView, worker: Worker, now: Now): number => {
  const heard = view.heard.get(worker.name)
  if (heard !== undefined) return Math.floor(now.mono - heard.at)
  view.heard.set(worker.name, { at: now.mono, alive: false, heartbeat: null, containers: [] })
  return 0
}

/** On our own clock, and never the log's: a new leader takes all that are lost for lost just now, and is the more careful. */
const lostFor = (view: ManagerView, worker: Worker, now: Now): number => {
  if (worker.state !== 'lost') {
    view.lostSince.delete(worker.name)
    return Number.POSITIVE_INFINITY
  }
  const since = view.lostSince.get(worker.name) ?? now.mono
  view.lostSince.set(worker.name, since)
  return now.mono - since
}

const isHeard = (view: ManagerView, worker: Worker, now: Now, settings: LivenessSettings): boolean => {
  const heard = view.heard.get(worker.name)
  return heard?.alive === true && now.mono - heard.at < settings.suspectAfterMs
}
