import type { EventOf, EventType, OrkEvent } from '#libs/events'
import { type Run, type Step, type Story, stateOf, type Told } from './story'

/** What the log tells of the workers that an instance was placed on, by name. */
export type WorkerTales = ReadonlyMap<string, readonly Told[]>

/**
 * The chain of causes of an event, itself first: each is what led to the one before, and the last is who or what began
 * it. A cause always stands earlier in the log, so the chain ends.
 */
export const chainOf = (story: Story, workers: WorkerTales, first: Told): readonly Told[] => {
  const chain: Told[] = []
  for (let told: Told | undefined = first; told !== undefined; told = causeOf(story, workers, told)) chain.push(told)
  return chain
}

const causeOf = (story: Story, workers: WorkerTales, { seq, event }: Told): Told | undefined => {
  const last = <T extends EventType>(...types: readonly T[]) => ({
    of: (matches: (event: Extract<OrkEvent, { type: T }>) => boolean): Told | undefined =>
      story.steps.findLast((step) => step.seq < seq && isOneOf(step.event, types) && matches(step.event)),
    ofWorker: (worker: string): Told | undefined =>
      workers.get(worker)?.findLast((told) => told.seq < seq && isOneOf(told.event, types)),
  })
  switch (event.type) {
    case 'TaskScheduled':
    case 'TaskUnplaceable':
      return becamePending(story, seq)
    case 'TaskPulling':
    case 'TaskStarted':
      return becameCurrent(event)
    case 'TaskHookStarted':
    case 'TaskHookEnded': {
      const { placement, attempt, hook, stage } = event.data
      const isOfAttempt = ({ data }: { data: { placement: number; attempt: number } }): boolean =>
        data.placement === placement && data.attempt === attempt
      const started = last('TaskHookStarted').of((one) => isOfAttempt(one) && one.data.hook === hook)
      if (event.type === 'TaskHookEnded' && started !== undefined) return started
      return (stage === 'poststop' ? last('TaskExited').of(isOfAttempt) : undefined) ?? becameCurrent(event)
    }
    case 'TaskRestarting':
    case 'TaskCompleted':
    case 'TaskFailed': {
      const { placement, attempt } = event.data
      const ended = event.type === 'TaskRestarting' ? attempt - 1 : attempt
      const exited = last('TaskExited').of(({ data }) => data.placement === placement && data.attempt === ended)
      const hook = last('TaskHookEnded').of(({ data }) => data.placement === placement && data.attempt === ended)
      return exited ?? becameUnhealthy(placement, ended) ?? hook
    }
    case 'TaskExited':
      return becameUnhealthy(event.data.placement, event.data.attempt)
    case 'TaskRescheduled':
      return last('TaskFailed').of(({ data }) => data.placement === event.data.placement)
    case 'TaskStopped':
      return becameStopping(story, event.data.placement, seq)
    case 'TaskStopRequested':
    case 'TaskReplaceRequested':
      return whyMoved(event)
    case 'TaskLost':
      return last('WorkerSuspected', 'WorkerLost', 'WorkerLeft', 'WorkerForgotten').ofWorker(event.data.worker)
    case 'WorkerLost':
      return last('WorkerSuspected', 'WorkerReturned', 'WorkerRegistered').ofWorker(event.data.worker)
    case 'UpdateStarted':
    case 'JobTargeted':
      return last('JobSubmitted', 'JobScaled', 'JobReverted').of(({ data }) => data.version === event.data.version)
    case 'CronFired':
      return event.actor === undefined
        ? last('JobSubmitted', 'JobScaled', 'JobReverted').of(({ data }) => data.version === event.data.version)
        : undefined
    case 'CronEnded':
      return last('CronFired').of(({ data }) => data.run === event.data.run)
    case 'UpdateFailed':
      return last('UpdateStarted').of(({ data }) => data.version === event.data.version)
    case 'JobReverted':
      return event.actor === undefined ? last('UpdateFailed').of(() => true) : undefined
    default:
      return undefined // somebody asked for it, or it happened by itself
  }

  /** The attempt was begun, by a restart or by its placement. */
  function becameCurrent({ data: { placement, attempt } }: EventOf<AttemptBegun>): Told | undefined {
    return (
      last('TaskRestarting').of(({ data }) => data.placement === placement && data.attempt === attempt) ??
      story.steps.find((step) => step.seq === placement)
    )
  }

  /** A container that its worker ended since it was found unhealthy, and not one that ended by itself. */
  function becameUnhealthy(placement: number, attempt: number): Told | undefined {
    const found = last('TaskHealthChanged').of(({ data }) => data.placement === placement && data.attempt === attempt)
    return found?.event.type === 'TaskHealthChanged' && found.event.data.health === 'unhealthy' ? found : undefined
  }

  /** The manager says in its reason what it acts upon; each of its reasons is checked by a test of this file. */
  function whyMoved({ data }: EventOf<'TaskStopRequested' | 'TaskReplaceRequested'>): Told | undefined {
    const { reason, placement, worker } = data
    if (reason.startsWith('succeeded by'))
      return last('TaskReplaceRequested').of((one) => one.data.placement === placement)
    if (reason.includes('is drained')) return last('WorkerDraining').ofWorker(worker)
    if (reason.startsWith('moved to'))
      return last('RebalanceRequested').of((one) => one.data.moves.some((move) => move.placement === placement))
    if (reason === 'a restart was asked for') return last('JobRestartRequested').of(() => true)
    const version = /^replaced by version (\d+)$/.exec(reason)?.[1]
    return version === undefined ? undefined : last('UpdateStarted').of((one) => one.data.version === Number(version))
  }
}

type AttemptBegun = 'TaskPulling' | 'TaskStarted' | 'TaskHookStarted' | 'TaskHookEnded'

const isOneOf = <T extends EventType>(event: OrkEvent, types: readonly T[]): event is Extract<OrkEvent, { type: T }> =>
  (types as readonly EventType[]).includes(event.type)

/** The step by which the instance came to wait for the place that it got at `seq`. */
const becamePending = ({ steps }: Story, seq: number): Step | undefined =>
  steps.findLast(({ seq: at, before, after }) => at < seq && after?.state === 'pending' && before?.state !== 'pending')

/** The step that asked the attempt of a placement to end. */
const becameStopping = ({ steps }: Story, placement: number, seq: number): Step | undefined =>
  steps.findLast(
    ({ seq: at, before, after }) =>
      at < seq && stateOf(after, placement) === 'stopping' && stateOf(before, placement) !== 'stopping',
  )

/** The last that was told of an attempt, if that was its end: then what follows is the next attempt, or nothing. */
export const endOf = ({ steps }: Story, { attempt, placed }: Run): Told | undefined =>
  steps.findLast(
    ({ event }) =>
      isOneOf(event, ENDS) &&
      event.data.placement === placed.seq &&
      event.data.attempt === (event.type === 'TaskRestarting' ? attempt + 1 : attempt),
  )

const ENDS = [
  'TaskRejected',
  'TaskExited',
  'TaskRestarting',
  'TaskStopped',
  'TaskCompleted',
  'TaskFailed',
  'TaskLost',
] as const

/** What an attempt is on its way to end for, while it is stopping. */
export const stoppingOf = (story: Story, { placed }: Run): Told | undefined =>
  stateOf(story.steps.at(-1)?.after ?? null, placed.seq) === 'stopping'
    ? becameStopping(story, placed.seq, Number.POSITIVE_INFINITY)
    : undefined
