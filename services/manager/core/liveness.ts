import type { Decision, Now, Worker } from '#libs/cluster'
import type { ManagerView } from './view'

/** Milliseconds, and the share of workers whose loss at once is taken for a fault of the network, not of theirs. */
export interface LivenessSettings {
  readonly suspectAfterMs: number
  readonly lostAfterMs: number
  readonly massLossShare: number
  readonly massLossWindowMs: number
  readonly checkEveryMs: number
}

export const DEFAULT_LIVENESS: LivenessSettings = {
  suspectAfterMs: 6_000,
  lostAfterMs: 15_000,
  massLossShare: 0.55,
  massLossWindowMs: 60_000,
  checkEveryMs: 500,
}

/**
 * Judges every worker by its silence, on the monotonic clock: suspected, then lost; returned once it is heard again.
 * When too large a share would be lost within the window nobody is: losing most of a fleet at once is a fault between
 * us and them, and replacing everything would make it worse.
 */
export const decideLiveness = (view: ManagerView, now: Now, settings: LivenessSettings): Decision[] => {
  const decisions: Decision[] = []
  const dead: Worker[] = []
  let recentlyLost = 0
  let known = 0
  for (const worker of view.cluster.workers.values()) {
    const silentMs = silence(view, worker, now)
    const lostLately = lostFor(view, worker, now) < settings.massLossWindowMs
    if (worker.state !== 'lost' || lostLately) known += 1
    if (lostLately) recentlyLost += 1
    if (worker.state === 'lost') {
      if (isHeard(view, worker, now, settings)) decisions.push(returned(worker))
    } else if (silentMs >= settings.lostAfterMs) {
      dead.push(worker)
    } else if (worker.state === 'suspected' && isHeard(view, worker, now, settings)) {
      decisions.push(returned(worker))
    }
    if (worker.state === 'ready' && silentMs >= settings.suspectAfterMs) {
      decisions.push({
        draft: { type: 'WorkerSuspected', data: { worker: worker.name, silentMs } },
        expect: worker.seq,
      })
    }
  }
  const share = known === 0 ? 0 : (dead.length + recentlyLost) / known
  const massLoss = dead.length > 0 && share >= settings.massLossShare
  view.alarm = massLoss
    ? `${dead.length + recentlyLost} of ${known} workers are silent at once; nothing is moved until some are heard or removed`
    : null
  if (!massLoss)
    decisions.push(...dead.filter(({ state }) => state !== 'ready').map((worker) => lost(view, worker, now)))
  return decisions
}

const silence = (view: ManagerView, worker: Worker, now: Now): number => {
  const heard = view.heard.get(worker.name)
  if (heard !== undefined) return Math.floor(now.mono - heard.at)
  view.heard.set(worker.name, { at: now.mono, alive: false, heartbeat: null })
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

const returned = (worker: Worker): Decision => ({
  draft: { type: 'WorkerReturned', data: { worker: worker.name } },
  expect: worker.seq,
})

const lost = (view: ManagerView, worker: Worker, now: Now): Decision => ({
  draft: { type: 'WorkerLost', data: { worker: worker.name, silentMs: silence(view, worker, now) } },
  expect: worker.seq,
})
