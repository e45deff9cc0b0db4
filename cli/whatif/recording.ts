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

/** A decision that is measured is written so many entries after what it was decided on, at most. */
const MOST_TIMES = 100_000

/**
 * What has to be known of a stretch of the log as a whole to play it otherwise. It is told the entries one by one and
 * keeps none of them, but what became of each placement.
 */
export class Recording {
  /** The sequences on which the scheduler decided something. */
  readonly moments = new Set<number>()
  /** Workers that join in it. */
  readonly joined = new Set<string>()
  readonly lives = new Lives()
  /** How many entries it has. */
  count = 0
  /** How many decisions took so many milliseconds, from what they were decided on to their being written. */
  private readonly took = new Map<number, number>()
  /** When the latest entries came. */
  private readonly times = new Map<number, number>()

  /** @param end When the last of it happened: where it begins, until something did; milliseconds since 1970. */
  constructor(public end: number) {}

  tell({ seq, event }: Entry): void {
    this.count += 1
    this.end = clock(this.end, event)
    this.times.set(seq, this.end)
    this.times.delete(seq - MOST_TIMES)
    if (event.type === 'Unreadable') return
    this.lives.tell(event, seq, this.end)
    if (event.type === 'WorkerRegistered') this.joined.add(event.data.worker)
    if (event.type !== 'TaskScheduled' && event.type !== 'TaskUnplaceable') return
    this.moments.add(event.data.asOf)
    const since = this.times.get(event.data.asOf)
    if (since !== undefined) this.took.set(this.end - since, (this.took.get(this.end - since) ?? 0) + 1)
  }

  /** How long a decision took: the middle of all; milliseconds. */
  get decideMs(): number {
    const took = [...this.took].sort(([a], [b]) => a - b)
    let before = took.reduce((sum, [, times]) => sum + times, 0) >> 1
    for (const [ms, times] of took) {
      if (before < times) return Math.min(1_000, Math.max(1, ms))
      before -= times
    }
    return 10
  }
}

/** What time it is once an event has come; milliseconds since 1970. */
export const clock = (before: number, event: Entry['event']): number =>
  event.type === 'Unreadable' ? before : Math.max(before, Date.parse(event.time))

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
