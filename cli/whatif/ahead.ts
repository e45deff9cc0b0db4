import { type Cluster, idOf, isOutdated, isPlaced, isWanted, type Job, whyHeld } from '#libs/cluster'
import { type JobSpec, type TaskSpec, updateOf } from '#libs/spec'
import { explain, type WorkerVerdict } from '../../services/scheduler/core'
import { Branch } from './branch'
import { copyOf } from './copy'
import { Recording } from './recording'

/** Where the instances of a job come to be once it is submitted. */
export interface Ahead {
  /** By instance: the worker that each is placed on for it. */
  readonly placed: ReadonlyMap<string, string>
  /** By instance, of those that no worker takes: what each worker says. */
  readonly waiting: ReadonlyMap<string, readonly WorkerVerdict[]>
  /** By instance, of those whose turn has not come, what they wait for. */
  readonly held: ReadonlyMap<string, string>
}

/** For so long it is played ahead at most, and looked in between whether all has come to rest; milliseconds. */
const AHEAD_MS = 3_600_000
const LOOK_MS = 10_000
/** Rounds in which an update is played: a plan takes no longer for a larger job. */
const ROUNDS = 200
/** Of instances that wait, so many are asked about: those of a task are alike. */
const MAX_ASKED = 20

/**
 * Plays a submit ahead on a cluster as it stands, with the cores of manager and scheduler: as if each instance came up at
 * once, and nobody had to find the canaries good. Nothing is written; the cluster stays as it is.
 *
 * @param begin Now; milliseconds since 1970.
 */
export const lookAhead = (cluster: Cluster, spec: JobSpec, begin: number): Ahead => {
  const hurried: JobSpec = { ...spec, tasks: spec.tasks.map(inHurry) }
  const branch = new Branch(copyOf(cluster), new Recording(begin), [{ tag: 'job', spec: hurried }], begin)
  branch.change()
  branch.leave(cluster.seq)
  const job = (): Job | undefined => branch.cluster.jobs.get(spec.name)
  for (let at = begin; at < begin + AHEAD_MS; at += LOOK_MS) {
    branch.play(at)
    if (at > begin && isAtRest(job())) break
  }
  const placed = new Map(branch.tally.placements.map(({ instance, worker }) => [instance, worker]))
  return { placed, ...waitingIn(branch, job()) }
}

const inHurry = (task: TaskSpec): TaskSpec => {
  const update = updateOf(task)
  const maxParallel = Math.max(update.maxParallel, Math.ceil(task.replicas / ROUNDS))
  return {
    ...task,
    update: { ...update, maxParallel, minHealthyMs: 0, canary: 0, autoPromote: false, autoRevert: false },
  }
}

const isAtRest = (job: Job | undefined): boolean => {
  for (const { instances, outdated, retiring } of job?.tasks.values() ?? []) {
    if (outdated + retiring > 0) return false
    for (const one of instances) if (isWanted(one) && one.state === 'pending') return false
  }
  return true
}

const waitingIn = ({ scheduling }: Branch, job: Job | undefined): Pick<Ahead, 'waiting' | 'held'> => {
  const waiting = new Map<string, readonly WorkerVerdict[]>()
  const held = new Map<string, string>()
  for (const task of job?.tasks.values() ?? []) {
    const why = whyHeld(task)
    for (const instance of task.instances) {
      if (!isWanted(instance) || (isPlaced(instance.state) && !isOutdated(instance))) continue
      if (instance.state !== 'pending') continue
      const id = idOf(instance)
      if (why !== null) held.set(id, why)
      else waiting.set(id, waiting.size < MAX_ASKED ? explain(scheduling, instance) : [])
    }
  }
  return { waiting, held }
}
