import {
  type Instance,
  idOf,
  isOutdated,
  isPlaced,
  isUp,
  isWanted,
  type Now,
  rescheduleAfterMs,
  type Task,
} from '#libs/cluster'
import { type UpdateSpec, updateOf } from '#libs/spec'
import { type Seen, steadyAt } from './steady'

/** How the instances of a task stand on their way to where, and as what, they should run. */
export interface Survey {
  readonly task: Task
  readonly update: UpdateSpec
  /** Those to be replaced, with why; first the ones that are not up for long enough, of which least is lost. */
  readonly old: readonly Move[]
  /** Those of `old` that are up, of the job's version, and not for long enough yet: they may have been moved a moment ago. */
  readonly settling: ReadonlySet<Instance>
  /** Those that are as they should be, or stop in order to be; and how many of them are healthy. */
  readonly begun: number
  readonly steady: number
  /** Those that are neither up for long enough nor waiting for their turn: they take up the room of `maxParallel`. */
  readonly inFlight: number
  /** Healthy ones whose former attempt still runs; some of them may be `old` by now. */
  readonly succeeded: readonly Instance[]
  /** Those without a place whose former attempt still runs, and may have what they wait for. They are `inFlight`, too. */
  readonly held: readonly Instance[]
  /** How many are down, as far as the promises of an update go: `inFlight` and old, without an attempt that serves. */
  readonly down: number
  /** One that failed for good, or took too long, and what it comes to. */
  readonly trouble: string | null
  /** What went wrong with one that is tried elsewhere, where that is known. */
  readonly ailment: string | null
  /** When time alone will change something; monotonic milliseconds. */
  readonly dueAt: number
}

export interface Move {
  readonly instance: Instance
  readonly reason: string
  /** Because its template is another one, and for no other reason. */
  readonly forUpdate: boolean
}

/** Why an instance should run elsewhere, or anew; null: it should not. */
export type WhyMove = (instance: Instance) => Omit<Move, 'instance'> | null

/** How each instance of a task stands, and which are next to be moved or replaced. */
export const survey = (task: Task, whyMove: WhyMove, seen: ReadonlyMap<Instance, Seen>, now: Now): Survey => {
  const update = updateOf(task.spec)
  const [unsteadyOld, steadyOld]: [Move[], Move[]] = [[], []]
  const [succeeded, held]: [Instance[], Instance[]] = [[], []]
  const settling = new Set<Instance>()
  let [begun, steady, inFlight, dueAt] = [0, 0, 0, Number.POSITIVE_INFINITY]
  let [trouble, ailment]: [string | null, string | null] = [null, null]
  for (const { like, size } of task.instances.alike) {
    if (!isWanted(like)) continue
    begun += size
    inFlight += size
  }
  for (const instance of task.instances.made()) {
    if (!isWanted(instance)) continue
    const why = isPlaced(instance.state) ? whyMove(instance) : null
    const at = steadyAt(seen, instance)
    const isSteady = at !== null && at <= now.mono
    if (instance.retiring?.state === 'running') {
      if (isSteady) succeeded.push(instance)
      else if (at !== null) dueAt = Math.min(dueAt, at)
    }
    if (why !== null) {
      if (instance.state === 'stopping') begun += 1
      if (instance.state === 'stopping' || instance.retiring?.state === 'stopping') inFlight += 1
      else (isSteady ? steadyOld : unsteadyOld).push({ instance, ...why })
      if (at !== null && !isSteady && instance.version === task.job.version) {
        settling.add(instance)
        dueAt = Math.min(dueAt, at)
      }
      continue
    }
    begun += 1
    if (isSteady) {
      steady += 1
      continue
    }
    inFlight += 1
    if (instance.state === 'pending' && instance.retiring?.state === 'running') held.push(instance)
    const deadline = (seen.get(instance)?.placedAt ?? Number.POSITIVE_INFINITY) + update.healthyDeadlineMs
    trouble ??= troubleOf(instance, deadline <= now.mono)
    ailment ??= ailmentOf(instance)
    dueAt = Math.min(dueAt, at ?? Number.POSITIVE_INFINITY, deadline <= now.mono ? Number.POSITIVE_INFINITY : deadline)
  }
  const old = [...unsteadyOld.sort((a, b) => Number(isUp(a.instance)) - Number(isUp(b.instance))), ...steadyOld]
  const served = held.filter(({ retiring }) => retiring !== null && isUp(retiring)).length
  const down = inFlight - served + old.filter(({ instance }) => !isUp(instance)).length
  return { task, update, old, settling, begun, steady, inFlight, succeeded, held, down, trouble, ailment, dueAt }
}

const troubleOf = (instance: Instance, late: boolean): string | null => {
  const id = idOf(instance)
  if (isOutdated(instance)) return null // what it was before is no fault of what it is to become
  if (instance.state === 'failed') {
    return mayStartElsewhere(instance) ? null : `${id} failed: ${instance.reason ?? 'for no known reason'}`
  }
  return late ? `${id} was not healthy within the \`healthyDeadline\` of its task` : null
}

const ailmentOf = (instance: Instance): string | null =>
  (instance.state === 'failed' || instance.reschedules > 0) && instance.reason !== null
    ? `${idOf(instance)}: ${instance.reason}`
    : null

/**
 * Whether it was tried again where it was and never came to run, which says more of that worker than of its version, and
 * will be placed anew. That it is not so for ever is for the `progressDeadline`.
 */
const mayStartElsewhere = (instance: Instance): boolean =>
  instance.startedAt === 0 && instance.restarts > 0 && rescheduleAfterMs(instance) !== null
