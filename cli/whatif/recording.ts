import { type Draft, type Entry, EVENTS, type OrkEvent } from '#libs/events'
import { Lives } from './lives'

/** An entry of the log with the time at which it came, by all clocks that were heard before: it never goes back. */
export interface Told {
  readonly seq: number
  readonly event: Entry['event']
  readonly at: number
}

/** A placement as it was recorded. */
export interface Recorded {
  readonly seq: number
  readonly instance: string
  readonly worker: string
  readonly at: number
}

/** A stretch of the log, with what has to be known of it as a whole to play it otherwise. */
export class Recording {
  readonly told: readonly Told[]
  /** The sequences on which the scheduler decided something. */
  readonly moments: ReadonlySet<number>
  readonly lives = new Lives()
  /** How long a decision took, from what it was decided on to its being written: the middle of all; milliseconds. */
  readonly decideMs: number
  /** When the last of it happened, or where it begins if nothing did; milliseconds since 1970. */
  readonly end: number

  /** @param begin When it begins; milliseconds since 1970. */
  constructor(entries: readonly Entry[], begin: number) {
    let clock = begin
    const told: Told[] = []
    const moments = new Set<number>()
    const times = new Map<number, number>()
    const took: number[] = []
    for (const { seq, event } of entries) {
      if (event.type !== 'Unreadable') clock = Math.max(clock, Date.parse(event.time))
      const one = { seq, event, at: clock }
      told.push(one)
      times.set(seq, clock)
      if (event.type === 'Unreadable') continue
      this.lives.tell(event, seq, clock)
      if (event.type !== 'TaskScheduled' && event.type !== 'TaskUnplaceable') continue
      moments.add(event.data.asOf)
      const since = times.get(event.data.asOf)
      if (since !== undefined) took.push(clock - since)
    }
    this.told = told
    this.moments = moments
    this.decideMs = Math.min(1_000, middle(took) ?? 10)
    this.end = clock
  }
}

const middle = (numbers: number[]): number | undefined => numbers.sort((a, b) => a - b)[numbers.length >> 1]

/** What managers say of jobs when they see it. */
const SEEN: ReadonlySet<OrkEvent['type']> = new Set([
  'JobStopped',
  'JobCompleted',
  'JobFailed',
  'CronSkipped',
  'CronEnded',
  'UpdateStarted',
  'UpdateSucceeded',
  'UpdateFailed',
  'WorkerDrained',
  'RebalanceEnded',
])

/** Whether it would have come in any case: what users, operators and machines did, and when workers fell silent. */
export const isArrival = (event: OrkEvent): boolean => {
  // Else it followed from an update that had failed, or its time had come.
  if (event.type === 'JobReverted' || event.type === 'CronFired') return event.actor !== undefined
  return EVENTS[event.type].topic !== 'task' && !SEEN.has(event.type)
}

export const draftOf = (event: OrkEvent): Draft => ({ type: event.type, data: event.data }) as Draft
