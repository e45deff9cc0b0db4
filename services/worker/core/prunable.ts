import type { Cluster } from '#libs/cluster'
import type { HookSpec, JobSpec, TaskSpec } from '#libs/spec'
import { assignmentOf, type Held, type WorkerView } from './view'

/** Containers that have ended and are kept for their logs alone. */
export const prunableContainers = (view: WorkerView): readonly Held[] =>
  [...view.containers.values()].flat().filter((held) => isPrunable(view, held))

const isPrunable = (view: WorkerView, held: Held): boolean => {
  if (held.state !== 'exited' || held.busy !== null) return false
  const assignment = assignmentOf(view, held.ref)
  return assignment === undefined || held.ref.attempt < assignment.attempt
}

/** What jobs have asked of engines, by name. */
export interface Asked {
  readonly images: ReadonlySet<string>
  readonly volumes: ReadonlySet<string>
}

const hooksOf = ({ prestart = [], poststop = [] }: TaskSpec): readonly HookSpec[] => [...prestart, ...poststop]

/** What these jobs ask of the docker driver. */
export const askedBy = (specs: readonly JobSpec[]): Asked => {
  const tasks = specs.flatMap((spec) => spec.tasks)
  const volumes = tasks.flatMap(({ volumes = [] }) =>
    volumes.flatMap((it) => (it.type === 'volume' ? (it.source ?? []) : [])),
  )
  return {
    images: new Set(tasks.flatMap((task) => [task, ...hooksOf(task)]).flatMap(({ image }) => image ?? [])),
    volumes: new Set(volumes),
  }
}

/** The specs of jobs that may run something again, and of what a failed update would go back to. */
export const liveSpecs = (cluster: Cluster): readonly JobSpec[] =>
  [...cluster.jobs.values()].flatMap(({ state, spec, stable }) =>
    state === 'running' || state === 'stopping' ? [spec, ...(stable === null ? [] : [stable.spec])] : [],
  )
