import * as E from 'fp-ts/Either'
import type { Entry, SubjectQuery } from '#libs/events'
import { type OrkError, orkError, renderError } from '#libs/kernel'
import type { Log, LogInfo } from '#libs/log'
import { inArchive } from '../client/archived'
import { interleave } from '../client/interleave'
import { firstSeqOf, lastSeqOf, type Point, parsePoint } from '../client/point'
import { type FilterFlags, queriesOf } from '../client/query'
import { tail } from '../client/tail'
import { Interrupted, UsageFailure } from '../failure'
import { type Output, stderr } from '../output'
import { toJson } from '../render/escape'
import { dayLine, type EventLook, eventJson, eventLine, heartbeatLine } from '../render/event'
import { dayAndZone } from '../render/time'

export interface EventsFlags extends FilterFlags {
  readonly follow: boolean
  readonly from: string
  readonly to?: string | undefined
  readonly heartbeats: boolean
}

interface EventsPlan {
  readonly from: Point
  readonly to: Point | undefined
  readonly follow: boolean
  readonly queries: readonly SubjectQuery[] | undefined
  /** Signs of life wanted, of one worker or of all. */
  readonly beats: { readonly worker?: string } | undefined
}

export interface Show {
  readonly json: boolean
  readonly out: Output
  readonly signal: AbortSignal
}

/** The value, or the error as wrong usage of the command. */
export const usable = <A>(result: E.Either<OrkError, A>): A => {
  if (E.isLeft(result)) throw new UsageFailure(result.left)
  return result.right
}

/** What the flags ask for. Throws UsageFailure. */
export const planEvents = (flags: EventsFlags, now: number): EventsPlan => {
  const from = usable(parsePoint(flags.from, now, '--from'))
  const to = flags.to === undefined ? undefined : usable(parsePoint(flags.to, now, '--to'))
  const backwards =
    to !== undefined &&
    (('seq' in from && 'seq' in to && from.seq > to.seq) || ('time' in from && 'time' in to && from.time > to.time))
  if (backwards) {
    const isBefore = 'seq' in to && to.seq === 0
    const next = isBefore ? 'the first event has sequence 1' : 'swap `--from` and `--to`'
    throw new UsageFailure(orkError('BadRange', 'the range ends before it starts', { where: '--to', next }))
  }
  const beats = flags.worker === undefined ? {} : { worker: flags.worker }
  return {
    from,
    to,
    follow: flags.follow,
    queries: usable(queriesOf(flags)),
    beats: flags.heartbeats ? beats : undefined,
  }
}

/** Writes events as they were asked for; throws Interrupted when the user has seen enough. */
export const showEvents = async (log: Log, plan: EventsPlan, show: Show): Promise<void> => {
  const from = await firstSeqOf(log, plan.from)
  const to = plan.to === undefined ? await log.lastSeq() : await lastSeqOf(log, plan.to)
  const { firstSeq, archived } = await log.info()
  const elsewhere = from < firstSeq
  if (elsewhere) await sayArchived(from, Math.min(to, firstSeq - 1), archived)
  const writer = new EventWriter(show)
  const queries = plan.queries === undefined ? {} : { queries: plan.queries }
  const { signal } = show
  const past = tail(log, { from, to, ...queries, follow: false, signal })
  if (plan.beats === undefined) {
    for await (const entries of past) await writer.events(entries)
  } else {
    const until = plan.to === undefined ? Number.POSITIVE_INFINITY : await timeAt(log, plan.to, to)
    const since = await timeAt(log, plan.from, from)
    for await (const { entry, beat } of interleave(past, log.readHeartbeats({ since, ...plan.beats }))) {
      if (signal.aborted) break
      if (beat && timeOf(entry) > until) continue
      await (beat ? writer.beat(entry) : writer.events([entry]))
    }
  }
  if (!writer.hasWritten && !elsewhere && !plan.follow && !show.json && !signal.aborted) await sayNothingMatched(log)
  if (plan.follow && !signal.aborted) await follow(log, plan, Math.max(from, to + 1), writer, signal)
  if (signal.aborted) throw new Interrupted()
}

/** Who asks for the whole past is told which part of it is elsewhere; on stderr, where no pipe reads it. */
const sayArchived = async (from: number, to: number, archived: LogInfo['archived']): Promise<void> => {
  if (to >= from) await stderr.write(`${renderError(inArchive(from, to + 1, archived))}\n`)
}

/** The same of events that are named one by one. */
export const sayArchivedOf = async (log: Log, seqs: readonly number[]): Promise<void> => {
  const { firstSeq, archived } = await log.info()
  const gone = seqs.filter((seq) => seq < firstSeq)
  const [first, last] = [gone[0], gone.at(-1)]
  if (first !== undefined && last !== undefined) await sayArchived(first, last, archived)
}

/** A misspelt filter looks like a quiet cluster, so it is said that there is more; on stderr, where no pipe reads it. */
const sayNothingMatched = async (log: Log): Promise<void> => {
  const last = await log.lastSeq()
  if (last > 0) await stderr.write(`no event matches; the log holds ${last}, and \`ork events\` shows them all\n`)
}

const follow = async (
  log: Log,
  plan: EventsPlan,
  from: number,
  writer: EventWriter,
  signal: AbortSignal,
): Promise<void> => {
  const queries = plan.queries === undefined ? {} : { queries: plan.queries }
  const worker = plan.beats?.worker
  const beats =
    plan.beats &&
    log.followHeartbeats((event) => {
      if (worker === undefined || event.subject === worker) void writer.beat({ seq: 0, event })
    })
  try {
    for await (const entries of tail(log, { from, ...queries, follow: true, signal })) await writer.events(entries)
  } finally {
    beats?.stop()
  }
}

const timeOf = ({ event }: Entry): number => (event.type === 'Unreadable' ? 0 : Date.parse(event.time))

/** The time that signs of life are compared with, for a place named by its sequence. */
const timeAt = async (log: Log, point: Point, seq: number): Promise<number> => {
  if ('time' in point) return point.time
  const entry = await log.at(seq)
  return entry === null ? 0 : timeOf(entry)
}

/** No zone begins a day, or changes its offset, but at a quarter of an hour. */
const QUARTER_MS = 900_000

/** One line an event, for people or programs; the day is said when it changes. */
class EventWriter {
  hasWritten = false
  private day = ''
  private quarter = Number.NaN

  constructor(private readonly show: Pick<Show, 'json' | 'out'>) {}

  async events(entries: readonly Entry[]): Promise<void> {
    const look = this.look()
    const lines = entries.map((entry) =>
      this.show.json ? toJson(eventJson(entry)) : this.dated(entry, look) + eventLine(entry, look),
    )
    if (lines.length === 0) return
    this.hasWritten = true
    await this.show.out.write(`${lines.join('\n')}\n`)
  }

  async beat(entry: Entry): Promise<void> {
    const { event } = entry
    if (event.type === 'Unreadable') return
    const look = this.look()
    this.hasWritten = true
    await this.show.out.write(
      `${this.show.json ? toJson(event) : this.dated(entry, look) + heartbeatLine(event, look)}\n`,
    )
  }

  private look(): EventLook {
    return { now: Date.now(), colours: this.show.out.colours }
  }

  private dated({ event }: Entry, look: EventLook): string {
    if (event.type === 'Unreadable') return ''
    const quarter = Math.floor(Date.parse(event.time) / QUARTER_MS)
    if (quarter === this.quarter) return ''
    this.quarter = quarter
    const day = dayAndZone(event.time, look)
    if (day === this.day) return ''
    this.day = day
    return `${dayLine(event.time, look)}\n`
  }
}
