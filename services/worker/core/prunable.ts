import type { Cluster } from '#libs/cluster'
import { type HookSpec, type JobSpec, meansVolume, type TaskSpec } from '#libs/spec'
import { assignmentOf, type Held, type WorkerView } from './view'

/** Containers that have ended and are kept for their logs alone. */
export const prunableContainers = (view: WorkerView): readonly Held[] =>
  [...view.containers.values()].flat().filter((held) => isPrunable(view, held))

const isPrunable = (view: WorkerView, held: Held): boolean => {
  if (held.state !== 'exited' || held.busy !== null) return false
  const assignment = assignmentOf(view, held.ref)
  return assignment === undefined || held.ref.attempt < assignment.attempt
}

const hooksOf = ({ prestart = [], poststop = [] }: TaskSpec): readonly HookSpec[] => [...prestart, ...poststop]

/** The images that these jobs ask of the docker driver. */
export const imagesOf = (specs: readonly JobSpec[]): ReadonlySet<string> =>
  new Set(
    specs.flatMap(({ tasks }) => tasks.flatMap((task) => [task, ...hooksOf(task)])).flatMap(({ image }) => image ?? []),
  )

/** The specs of jobs that may run something again, and of what a failed update would go back to. */
export const liveSpecs = (cluster: Cluster): readonly JobSpec[] =>
  [...cluster.jobs.values()].flatMap(({ state, spec, stable }) =>
    state === 'running' || state === 'stopping' ? [spec, ...(stable === null ? [] : [stable.spec])] : [],
  )

/**
 * Of these volumes those that no live job means, whichever instance of it, and nothing that is placed here. None at all
 * while the log has a job that cannot be read: it may be the one that wants them.
 */
export const unwantedVolumes = (view: WorkerView, names: readonly string[]): readonly string[] => {
  const { cluster } = view
  if ([...cluster.quarantined.keys()].some((aggregate) => aggregate.startsWith('events.job.'))) return []
  const assigned = [...view.assignments.values()]
    .flat()
    .map(({ logged, spec }) => ({ job: logged.task.job.name, spec }))
  const live = liveSpecs(cluster).flatMap(({ name, tasks }) => tasks.map((spec) => ({ job: name, spec })))
  const meanings = [...live, ...assigned].flatMap(({ job, spec: { name, volumes = [] } }) =>
    volumes.flatMap(({ type, source }) =>
      type === 'volume' && source !== undefined ? [{ source, job, task: name }] : [],
    ),
  )
  return names.filter((name) => !meanings.some((of) => meansVolume(of.source, of, name)))
}
