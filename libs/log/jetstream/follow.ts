import type { Entry } from '#libs/events'
import { causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import { filtersOf } from '../filters'
import type { Following, FollowOptions } from '../port'
import { lastMatch } from './ends'
import { toEntry } from './entries'
import { deferred, type Link, pause } from './link'
import { lostSince } from './past'
import { Source } from './source'
import type { Streams } from './streams'

/** The past from `from` on, and what comes. */
export const follow = (link: Link, streams: Streams, options: FollowOptions): Following => {
  const stream = streams.events
  const filters = filtersOf(link.prefix, options.queries)
  const caughtUp = deferred()
  // Who does not wait for it must not be ended by its failure.
  caughtUp.promise.catch(() => {})
  let tellBroken: (why: OrkError) => void = () => {}
  const broken = new Promise<OrkError>((resolve) => {
    tellBroken = resolve
  })
  let target = Number.POSITIVE_INFINITY
  let last = options.from - 1
  let entries: Entry[] = []
  let lastEntry: Entry | null = null
  let stopped = false
  const check = (): void => {
    if (last >= target) caughtUp.resolve()
  }
  const source = new Source(link, {
    stream,
    filters: filters.apart,
    from: options.from,
    onMessage: (seq, message) => {
      last = seq
      if (filters.matches === undefined || filters.matches(message.subject)) {
        lastEntry = toEntry(link.prefix, seq, message.text, message.subject)
        entries.push(lastEntry)
      }
    },
    onPause: () => {
      const batch = entries
      entries = []
      if (batch.length > 0) options.onEntries(batch)
      check()
    },
    gapless: true,
    waits: true,
    onAgain: () => void lookBack(),
    onError: (cause) => {
      caughtUp.reject(cause)
      tellBroken(cause instanceof OrkFailure ? cause.error : unreadable(stream, cause))
    },
  })
  const findTarget = async (): Promise<void> => {
    while (!stopped && !link.closing) {
      try {
        target = await lastMatch(link, stream, filters.asked)
        return check()
      } catch {
        await pause(200) // whatever cannot pass, the source meets too, and tells
      }
    }
  }
  void findTarget()
  const lookBack = async (): Promise<void> => {
    const read = { seq: last, entry: lastEntry }
    const why = await lostSince(link, streams, read, () => stopped || link.closing || !link.connected)
    if (why !== null) tellBroken(why)
  }
  return {
    caughtUp: caughtUp.promise,
    broken,
    stop: async () => {
      stopped = true
      source.stop()
    },
  }
}

const unreadable = (stream: string, cause: Error): OrkError =>
  orkError('LogUnavailable', `the servers do not let the log be followed: ${causeText(cause)}`, {
    where: `stream ${stream}`,
    next: 'see what they and their limits say, and start again what has ended',
  })
