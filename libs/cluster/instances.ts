import { NONE } from '#libs/kernel'
import { DEFAULT_LOST_AFTER_MS } from '#libs/spec'
import { isIndex } from './ignore'
import { type Changes, ignoreChanges } from './model/changes'
import type { Cluster } from './model/cluster'
import type { Instance, Task } from './model/job'
import { Series } from './series'

const atIndex = (like: Instance, index: number): Instance => ({ ...like, index })

/** The instances of a task: none yet. */
export const noInstances = (): Series<Instance> => new Series(atIndex)

/** An instance of which nothing was told yet, waiting since a time for a place. */
const newInstance = (task: Task, index: number, time: number): Instance => ({
  task,
  index,
  state: 'pending',
  attempt: 0,
  worker: null,
  version: 0,
  templateVersion: 0,
  spec: task.spec,
  retiring: null,
  run: null,
  aim: null,
  awaits: null,
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
  recent: [],
})

/** Adds to a task's instances as many as it takes to be so many; those that are there already stay. */
export const extend = (
  cluster: Cluster,
  task: Task,
  length: number,
  state: 'pending' | 'stopped',
  time: number,
): void => {
  const known = task.instances.length
  if (length <= known) return
  task.instances.extend(length, { ...newInstance(task, known, time), state })
  task.counts[state] += length - known
  takeStrays(cluster, task, known)
}

/**
 * Each instance of a task of which anything was told, then one for all those that are alike, with how many these are:
 * nobody need be told of each of them.
 */
export const forEachInstance = (
  { instances, replicas }: Task,
  changes: Changes,
  call: (instance: Instance, changes: Changes, of: number) => void,
): void => {
  instances.split(replicas)
  for (const instance of instances.made()) call(instance, changes, 1)
  for (const { like, size } of instances.alike) call(like, ignoreChanges, size)
}

/** Events about an instance that came before it was there count for the expectation of who writes about it. */
const takeStrays = ({ strays }: Cluster, { job, name, instances }: Task, from: number): void => {
  const prefix = `events.task.${job.name}.${name}.`
  const take = (aggregate: string, index: number): void => {
    const seq = strays.get(aggregate)
    const instance = seq === undefined || index < from ? undefined : instances.at(index)
    if (seq === undefined || instance === undefined) return
    instance.seq = seq
    strays.delete(aggregate)
  }
  // There may be many more of the one than of the other.
  if (instances.length - from < strays.size) {
    for (let index = from; index < instances.length; index += 1) take(`${prefix}${index}`, index)
    return
  }
  for (const aggregate of strays.keys()) {
    const token = aggregate.startsWith(prefix) ? aggregate.slice(prefix.length) : ''
    if (isIndex(token)) take(aggregate, Number(token))
  }
}
