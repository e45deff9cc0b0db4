import { filterOf, type OrkEvent } from '#libs/events'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Append, AppendResult, Following, FollowOptions, Log } from '#libs/log'
import type { Link } from './link'
import type { Servers } from './servers'

/** How long a writer waits for an answer before it sends again. */
const ANSWER_MS = 2_000
/** How often a question is asked before it is given up. */
const ASKS = 8
const PREFIX = 'ork'

/**
 * The log as one process has it: the port's promises kept over a connection that keeps none, as the JetStream adapter
 * does. Events of one aggregate wait for each other; a write without an answer is sent again under its id.
 */
export const simLog = (servers: Servers, link: Link): Log => {
  const lanes = new Map<string, Promise<unknown>>()

  const inLane = <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const done = (lanes.get(key) ?? Promise.resolve()).then(work)
    lanes.set(key, done)
    return done
  }

  const append = (item: Append): Promise<AppendResult> =>
    inLane(filterOf(PREFIX, item.event), () => write(servers, link, item.event, () => servers.store.append(item)))

  /** Asked of the stream's leader, again and again for a while. */
  const ask = async <T>(question: () => Promise<T>): Promise<T> => {
    for (let tries = 0; tries < ASKS; tries += 1) {
      const answer = await answered<{ readonly value: T }>(link, (reply) => {
        if (servers.hasLeader) void question().then((value) => reply({ value }))
      })
      if (answer !== null) return answer.value
    }
    throw new OrkFailure(orkError('LogUnavailable', 'the log does not answer'))
  }

  return {
    ...servers.log,
    append: (items) => Promise.all(items.map(append)),
    appendTogether: (items) => {
      const last = items.at(-1)
      if (last === undefined) throw new Error('nothing to append')
      return write(servers, link, last.event, () => servers.store.appendTogether(items))
    },
    lastSeq: () => ask(() => servers.log.lastSeq()),
    at: (seq) => ask(() => servers.log.at(seq)),
    info: () => ask(() => servers.log.info()),
    follow: (options) => follow(servers, link, options),
    beat: (event, stored = () => {}) => {
      if (link.random.chance(link.weather.lostMessages)) return
      const isUnanswered = link.random.chance(link.weather.unansweredWrites)
      link.send(() => {
        if (servers.hasLeader) servers.log.beat(event, () => (isUnanswered ? undefined : link.deliver(stored)))
      })
    },
    followHeartbeats: (onBeat) => {
      const following = servers.log.followHeartbeats((event) => {
        if (!link.random.chance(link.weather.lostMessages)) link.deliver(() => onBeat(event))
      })
      link.process.onEnd(() => following.stop())
      return following
    },
  }
}

/** Sends one question and waits for its answer; null when none comes in time. */
const answered = <T>(link: Link, question: (reply: (answer: T) => void) => void): Promise<T | null> =>
  new Promise((resolve) => {
    const cancel = link.process.machine.after(ANSWER_MS, () => resolve(null))
    link.send(() =>
      question((answer) =>
        link.deliver(() => {
          cancel()
          resolve(answer)
        }),
      ),
    )
  })

/** Writes until the outcome is known: a refusal after an unanswered try may be of what that try has stored. */
const write = async (
  servers: Servers,
  link: Link,
  event: OrkEvent,
  store: () => AppendResult,
): Promise<AppendResult> => {
  for (let unsure = false; ; unsure = true) {
    await link.process.passes('publish', 'before')
    const result = await tryOnce(servers, link, store)
    await link.process.passes('publish', 'after')
    if (result === null) continue
    if (result.tag !== 'Conflict' || !unsure) return result
    const seq = servers.find(event.id)
    return seq === null ? result : { tag: 'Stored', seq }
  }
}

const tryOnce = (servers: Servers, link: Link, store: () => AppendResult): Promise<AppendResult | null> => {
  const { random, weather } = link
  const isLost = random.chance(weather.lostWrites)
  const isLate = random.chance(weather.lateWrites)
  const isUnanswered = random.chance(weather.unansweredWrites)
  return answered(link, (reply) => {
    if (isLost || !servers.hasLeader) return
    if (isLate) return servers.later(random.between(ANSWER_MS, 2 * ANSWER_MS), () => void store())
    const result = store()
    if (!isUnanswered) reply(result)
  })
}

/** Where the connection is lost it goes on where it was, or a little before: what comes again is the fold's to ignore. */
const follow = (servers: Servers, link: Link, options: FollowOptions): Following => {
  const { random, weather, process } = link
  let inner: Following | undefined
  let next = options.from
  let resolve = (): void => {}
  let reject = (_cause: Error): void => {}
  const caughtUp = new Promise<void>((keep, lose) => {
    resolve = keep
    reject = lose
  })
  caughtUp.catch(() => {})
  let tellBroken = (_why: OrkError): void => {}
  const broken = new Promise<OrkError>((keep) => {
    tellBroken = keep
  })
  let ended = false
  const begin = (from: number): void => {
    link.send(() => {
      if (ended) return
      void inner?.stop() // told twice at once that the connection is back, it follows once
      const following = servers.log.follow({
        ...options,
        from,
        onEntries: (entries) => {
          const copies = random.chance(weather.repeats) ? 2 : 1
          for (let copy = 0; copy < copies; copy += 1) {
            link.deliver(() => {
              next = Math.max(next, (entries.at(-1)?.seq ?? 0) + 1)
              options.onEntries(entries)
            })
          }
        },
      })
      inner = following
      following.caughtUp.then(
        () => link.deliver(resolve),
        (cause: Error) => link.deliver(() => reject(cause)),
      )
      void following.broken.then((why) => link.deliver(() => tellBroken(why)))
    })
  }
  begin(next)
  const end = async (): Promise<void> => {
    ended = true
    await inner?.stop()
  }
  link.onServersStatus(() => void inner?.stop())
  link.onStatus((connected) => {
    if (connected && !ended)
      begin(Math.max(options.from, next - (random.chance(weather.repeats) ? random.between(1, 5) : 0)))
  })
  process.onEnd(() => void end())
  return { caughtUp, broken, stop: end }
}
