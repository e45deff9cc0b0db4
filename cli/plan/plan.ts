import * as E from 'fp-ts/Either'
import type { Cluster } from '#libs/cluster'
import { orThrow, parseInstanceId } from '#libs/kernel'
import { type JobSpec, type UpdateSpec, updateOf } from '#libs/spec'
import { submit } from '../../services/manager/core'
import type { WorkerVerdict } from '../../services/scheduler/core'
import type { FieldChange } from '../show/changes'
import { type Ahead, copyOf, lookAhead } from '../whatif'
import { fieldChanges } from './fields'
import { type Planned, stepsOf } from './steps'

/** An instance with where it would come to be; null: no worker takes it, or it stays where it is, or ends. */
export interface Landing extends Planned {
  readonly to: string | null
  /** Why no worker takes it, by worker; empty where one does. */
  readonly why: readonly WorkerVerdict[]
  /** What it waits for before it is placed at all: its turn, or another task; null: nothing. */
  readonly held: string | null
}

/** What a submit would come to. */
export interface Plan {
  readonly job: string
  /** Whether anything would be written at all. */
  readonly changed: boolean
  /** The version now, 0: there is none; and the one it would be. */
  readonly from: number
  readonly to: number
  /** Sequence of the log that this rests on. */
  readonly seq: number
  readonly fields: readonly FieldChange[]
  readonly instances: readonly Landing[]
  /** How each task would be updated. */
  readonly update: Readonly<Record<string, UpdateSpec>>
}

/**
 * What submitting a job to a cluster would come to, by asking what decides: the manager's command, the fold, and manager
 * and scheduler played ahead. Throws OrkFailure where it would be refused.
 *
 * @param now Milliseconds since 1970.
 */
export const planSubmit = (cluster: Cluster, spec: JobSpec, now: number): Plan => {
  const known = cluster.jobs.get(spec.name)
  const outcome = orThrow(submit(cluster, spec))
  const about = { job: spec.name, from: known?.version ?? 0, to: outcome.version, seq: cluster.seq }
  const update = Object.fromEntries(spec.tasks.map((task) => [task.name, updateOf(task)]))
  if (outcome.tag === 'Nothing') return { ...about, changed: false, fields: [], instances: [], update }
  const fields = fieldChanges(known?.spec ?? null, spec)
  const ahead = lookAhead(cluster, spec, now)
  const own = stepsOf(copyOf(cluster), spec.name, outcome.decision.draft, now)
  const steps = [...own, ...(spec.kind === 'system' ? followingOn(spec.name, ahead, own) : [])]
  const instances = steps.map((planned): Landing => {
    const moves = planned.step !== 'stop' && planned.step !== 'keep'
    const to = moves ? (ahead.placed.get(planned.id) ?? null) : null
    const held = moves && to === null ? (ahead.held.get(planned.id) ?? null) : null
    return { ...planned, to, why: moves && held === null ? (ahead.waiting.get(planned.id) ?? []) : [], held }
  })
  return { ...about, changed: true, fields, instances, update }
}

/** The instances of a system job that come with the workers it is to run on, which the manager chooses after the submit. */
const followingOn = (job: string, { placed, waiting }: Ahead, own: readonly Planned[]): readonly Planned[] => {
  const known = new Set(own.map(({ id }) => id))
  return [...placed.keys(), ...waiting.keys()].flatMap((id) => {
    const ref = parseInstanceId(id)
    if (E.isLeft(ref) || ref.right.job !== job || known.has(id)) return []
    return [{ id, task: ref.right.task, step: 'create', from: null } as const]
  })
}
