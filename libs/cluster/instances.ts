import { DEFAULT_LOST_AFTER_MS } from '#libs/spec'
import type { Instance, Task } from './model'
import { Series } from './series'

const NONE: readonly never[] = []

const atIndex = (like: Instance, index: number): Instance => ({ ...like, index })

/** The instances of a task: none yet. */
export const noInstances = (): Series<Instance> => new Series(atIndex)

/** An instance of which nothing was told yet, waiting since a time for a place. */
export const newInstance = (task: Task, index: number, time: number): Instance => ({
  task,
  index,
  state: 'pending',
  attempt: 0,
  worker: null,
  version: 0,
  templateVersion: 0,
  spec: task.spec,
  retiring: null,
  aim: null,
  placedSeq: 0,
  lostAfterMs: DEFAULT_LOST_AFTER_MS,
  seq: 0,
  chosenPorts: NONE,
  since: time,
  startedAt: 0,
  health: null,
  restarts: 0,
  notBefore: 0,
  container: null,
  ports: NONE,
  exit: null,
  reason: null,
  reschedules: 0,
  avoids: NONE,
  rejectedBy: NONE,
  recent: NONE,
})
