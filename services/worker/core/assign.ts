import {
  type Attempt,
  attemptsOf,
  describeUnhealthy,
  evolve,
  type Instance,
  idOf,
  isPlaced,
  knownInstances,
  type Now,
} from '#libs/cluster'
import type { Entry } from '#libs/events'
import { type Assignment, NO_HOOKS } from './assignment'
import { NO_CHECK } from './check'
import { longestDelayMs } from './restart'
import { addAssignment, assignmentAt, assignmentsOf, forget, isCaughtUp, touchAll, type WorkerView } from './view'

/** Takes note of an instance that the log says something new about, if it is or was this worker's. */
export const assign = (view: WorkerView, instance: Instance, now: Now): void => {
  const id = idOf(instance)
  const ours = attemptsOf(instance).filter(({ worker, state }) => worker === view.name && isPlaced(state))
  for (const known of assignmentsOf(view, id)) {
    if (ours.every(({ placedSeq }) => placedSeq !== known.placedSeq)) release(view, known)
  }
  for (const attempt of ours) take(view, id, attempt, attempt === instance.retiring, now)
  if (ours.length > 0 || view.containers.has(id)) view.touched.add(id)
}

const take = (view: WorkerView, id: string, attempt: Attempt, retiring: boolean, now: Now): void => {
  const known = assignmentAt(view, id, attempt.placedSeq)
  // Until the log is caught up with, what it says of an attempt is news: it was told by an earlier life of this worker.
  if (known === undefined || !isCaughtUp(view, id)) {
    return addAssignment(view, { ...newAssignment(id, attempt, now), retiring })
  }
  known.logged = attempt
  known.retiring = retiring
  if (attempt.state === 'stopping' && (known.wanted === 'run' || known.stopReason !== null)) {
    known.wanted = 'stop'
    known.stopReason = null
    // A last word about an attempt that the log did not come to will be ignored there: it needs another one.
    if (known.phase === 'over' && known.attempt !== attempt.attempt) known.phase = 'idle'
  }
}

/** The log has closed it: by our own last word it is history, else what runs is not ours any more. */
const release = (view: WorkerView, assignment: Assignment): void => {
  const { state, worker } = assignment.logged
  if (!isCaughtUp(view, assignment.id)) forgetGone(view, assignment.id)
  if (worker === view.name && (state === 'completed' || state === 'failed')) forget(view, assignment)
  else assignment.wanted = 'gone'
  view.touched.add(assignment.id)
}

/** A long past need not be remembered: what it left behind is found by its containers. */
const forgetGone = (view: WorkerView, id: string): void => {
  for (const known of assignmentsOf(view, id)) if (known.wanted === 'gone') forget(view, known)
}

const newAssignment = (id: string, attempt: Attempt, now: Now): Assignment => ({
  id,
  logged: attempt,
  retiring: false,
  placedSeq: attempt.placedSeq,
  spec: attempt.spec,
  attempt: attempt.attempt,
  wanted: attempt.state === 'stopping' ? 'stop' : 'run',
  phase: attempt.state === 'running' || attempt.state === 'exited' ? attempt.state : 'idle',
  restarts: attempt.restarts,
  startedAt: now.mono - ranMs(attempt, now),
  // The log's time is another clock's: never wait longer than the policy itself would.
  notBefore: now.mono + Math.min(Math.max(0, attempt.notBefore - now.wall), longestDelayMs(attempt.spec.restart)),
  sparingUntil: 0,
  sparedRestarts: 0,
  failedStarts: 0,
  alarmAt: 0,
  cutOffAlarmAt: 0,
  checkAlarmAt: 0,
  stopReason: null,
  pull: null,
  progress: null,
  pullReports: 0,
  health: attempt.health,
  unhealthyWhy: attempt.health === 'unhealthy' ? (attempt.reason ?? describeUnhealthy(null)) : null,
  check: NO_CHECK,
  probed: null,
  trouble: null,
  hooks: NO_HOOKS,
  ending: null,
})

/** How long the current attempt has run, or had when it ended, by the log's clock. */
const ranMs = ({ startedAt, state, since }: Attempt, now: Now): number =>
  startedAt === 0 ? 0 : Math.max(0, (state === 'exited' ? since : now.wall) - startedAt)

/** Takes up what a snapshot says, as folding the log up to there would have. */
export const restoreView = (view: WorkerView, now: Now): void => {
  for (const instance of knownInstances(view.cluster)) assign(view, instance, now)
}

/** Of several processes of one name the one that registered last is the worker, so that nothing runs twice. */
const noticeSuccessor = (view: WorkerView, { event }: Entry): void => {
  if (event.type !== 'WorkerRegistered' || event.data.worker !== view.name) return
  if (event.id === view.registration) view.registered = true
  else if (view.registered) view.successor = { host: event.data.host, engines: event.data.engines }
}

/**
 * What the log has of the engines last is what is believed there, though an earlier life of this worker may have said it.
 * With a registration all are taken to answer.
 */
const noticeEngines = (view: WorkerView, { event }: Entry): void => {
  if (event.type !== 'WorkerDriverChanged' && event.type !== 'WorkerRegistered') return
  const own = view.cluster.workers.get(view.name)
  if (own === undefined || event.data.worker !== view.name) return
  for (const [driver, engine] of view.engines) engine.silenceTold = own.silentDrivers.includes(driver)
}

/** Folds one entry of this worker's part of the log; one that was folded before changes nothing. */
export const evolveView = (view: WorkerView, entry: Entry, now: Now): void => {
  if (entry.seq <= view.cluster.seq) return
  noticeSuccessor(view, entry)
  evolve(view.cluster, entry, {
    job: (job) => {
      if (job.state === 'running') return
      for (const id of view.containers.keys()) if (id.startsWith(`${job.name}.`)) view.touched.add(id)
    },
    instance: (instance) => assign(view, instance, now),
    worker(worker) {
      // Given up by the log though it can be read here: the manager does not hear this worker.
      if (worker.name === view.name && worker.state !== 'ready') touchAll(view)
    },
  })
  noticeEngines(view, entry)
}
