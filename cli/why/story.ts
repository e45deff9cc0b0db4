import type { Changes } from '#libs/cluster'
import { type Attempt, emptyCluster, evolve, findInstance, type Instance, type InstanceState } from '#libs/cluster'
import type { Entry, EventOf, OrkEvent } from '#libs/events'
import type { InstanceRef } from '#libs/kernel'

/** An event that can be read, in its place. */
export interface Told {
  readonly seq: number
  readonly event: OrkEvent
}

/** Where an instance's attempts stand: the current or last one, and the one that retires beside it. */
export interface Standing {
  readonly state: InstanceState
  readonly attempt: number
  /** Sequence of its TaskScheduled; 0 before the first. */
  readonly placement: number
  readonly retiring: { readonly placement: number; readonly state: InstanceState } | null
}

/** An event that the fold took note of, and where the instance stood before and after it; null: it was not there. */
export interface Step extends Told {
  readonly before: Standing | null
  readonly after: Standing | null
}

/** One attempt: how it began, by a placement or by a restart in place, and where. */
export interface Run {
  readonly attempt: number
  readonly worker: string
  readonly begun: Told
  readonly placed: Placed
}

export interface Placed {
  readonly seq: number
  readonly event: EventOf<'TaskScheduled'>
}

/** What the log tells of one instance. */
export interface Story {
  readonly ref: InstanceRef
  readonly steps: readonly Step[]
  readonly runs: readonly Run[]
  /** As it is after the last of them; undefined: there never was such an instance. */
  readonly instance: Instance | undefined
}

const NO_CHANGES: Changes = { job() {}, instance() {}, worker() {} }

/** Folds what the log holds of an instance, its job, what was moved for a better balance and the elections, by which decisions of old leaders are known. */
export const storyOf = (ref: InstanceRef, entries: Iterable<Entry>): Story => {
  const cluster = emptyCluster()
  const find = (): Instance | undefined => findInstance(cluster, ref.job, ref.task, ref.index)
  const steps: Step[] = []
  const runs: Run[] = []
  let instance: Instance | undefined
  let before: Standing | null = null
  for (const entry of entries) {
    evolve(cluster, entry, NO_CHANGES)
    const { seq, event } = entry
    if (event.type === 'Unreadable' || event.type === 'LeaderElected') continue
    instance = find() ?? instance // of a job that was purged since: as it was left
    const after = standingOf(instance)
    steps.push({ seq, event, before, after })
    const run = runOf({ seq, event }, before, after, runs)
    if (run !== null) runs.push(run)
    before = after
  }
  return { ref, steps, runs, instance }
}

const standingOf = (instance: Instance | undefined): Standing | null =>
  instance === undefined ? null : { ...attemptOf(instance), retiring: retiringOf(instance.retiring) }

const attemptOf = ({ state, attempt, placedSeq }: Attempt) => ({ state, attempt, placement: placedSeq })

const retiringOf = (retiring: Attempt | null): Standing['retiring'] =>
  retiring === null ? null : { placement: retiring.placedSeq, state: retiring.state }

/** The attempt that an event began, if the fold let it. */
const runOf = (
  { seq, event }: Told,
  before: Standing | null,
  after: Standing | null,
  runs: readonly Run[],
): Run | null => {
  if (event.type === 'TaskScheduled' && after?.placement === seq) {
    const { attempt, worker } = event.data
    return { attempt, worker, begun: { seq, event }, placed: { seq, event } }
  }
  const last = runs.at(-1)
  if (event.type !== 'TaskRestarting' || last === undefined || after?.attempt === before?.attempt) return null
  return { ...last, attempt: event.data.attempt, begun: { seq, event } }
}

/** Where the attempt of a placement stands; null where it is over and another one came. */
export const stateOf = (standing: Standing | null, placement: number): InstanceState | null => {
  if (standing === null) return null
  if (standing.placement === placement && standing.retiring?.placement !== placement) return standing.state
  return standing.retiring?.placement === placement ? standing.retiring.state : null
}
