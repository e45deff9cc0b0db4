import { evolve, type Instance, isPlaced, type Now } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { longestDelayMs } from './restart'
import { type Assignment, idOf, type WorkerView } from './view'

/** Takes note of an instance that the log says something new about, if it is or was this worker's. */
export const assign = (view: WorkerView, instance: Instance, now: Now): void => {
  const id = idOf(instance)
  const known = view.assignments.get(id)
  const ours = instance.worker === view.name && isPlaced(instance.state)
  if (!ours) {
    if (known !== undefined) release(view, known)
    if (view.containers.has(id)) view.touched.add(id)
    return
  }
  view.touched.add(id)
  // Until the log is caught up with, what it says of an attempt is news: it was told by an earlier life of this worker.
  if (known?.placedSeq !== instance.placedSeq || !view.caughtUp) {
    view.assignments.set(id, newAssignment(id, instance, now))
  } else if (instance.state === 'stopping' && known.wanted === 'run') {
    known.wanted = 'stop'
    // A last word about an attempt that the log did not come to will be ignored there: it needs another one.
    if (known.phase === 'over' && known.attempt !== instance.attempt) known.phase = 'idle'
  }
}

/** The log has closed it: by our own last word it is history, else what runs is not ours any more. */
const release = (view: WorkerView, assignment: Assignment): void => {
  const { state, worker } = assignment.instance
  if (worker === view.name && (state === 'completed' || state === 'failed')) view.assignments.delete(assignment.id)
  else assignment.wanted = 'gone'
  view.touched.add(assignment.id)
}

const newAssignment = (id: string, instance: Instance, now: Now): Assignment => ({
  id,
  instance,
  placedSeq: instance.placedSeq,
  spec: instance.spec,
  attempt: instance.attempt,
  wanted: instance.state === 'stopping' ? 'stop' : 'run',
  phase: instance.state === 'running' || instance.state === 'exited' ? instance.state : 'idle',
  restarts: instance.restarts,
  startedAt: now.mono - ranMs(instance, now),
  // The log's time is another clock's: never wait longer than the policy itself would.
  notBefore: now.mono + Math.min(Math.max(0, instance.notBefore - now.wall), longestDelayMs(instance.spec.restart)),
  alarmAt: 0,
  pulled: false,
  progress: null,
  pullReports: 0,
  trouble: null,
})

/** How long the current attempt has run, or had when it ended, by the log's clock. */
const ranMs = ({ startedAt, state, since }: Instance, now: Now): number =>
  startedAt === 0 ? 0 : Math.max(0, (state === 'exited' ? since : now.wall) - startedAt)

/** Of several processes of one name the one that registered last is the worker, so that nothing runs twice. */
const noticeSuccessor = (view: WorkerView, { event }: Entry): void => {
  if (event.type !== 'WorkerRegistered' || event.data.worker !== view.name) return
  if (event.id === view.registration) view.registered = true
  else if (view.registered) view.successor = event.data.host
}

/** Folds one entry of this worker's part of the log. */
export const evolveView = (view: WorkerView, entry: Entry, now: Now): void => {
  noticeSuccessor(view, entry)
  evolve(view.cluster, entry, {
    job: (job) => {
      if (job.state === 'running') return
      for (const id of view.containers.keys()) if (id.startsWith(`${job.name}.`)) view.touched.add(id)
    },
    instance: (instance) => assign(view, instance, now),
    worker() {},
  })
}
