import * as assert from 'uvu/assert'
import type { Entry, OrkEvent } from '#libs/events'
import { aBeat, aFact } from '../logEvents'
import { facts, followUntil, type It, seqsOf } from './tools'

/** What a log tells of what comes. */
export const following = (it: It): void => {
  it('follows from the past into what comes, each entry once and in order', async (log) => {
    await facts(log, aFact(0), aFact(1), aFact(2))
    const { seen, following, reached } = followUntil(log, { from: 2 }, (entries) => entries.length === 102)
    await following.caughtUp
    assert.equal(seqsOf(seen), [2, 3])
    await facts(log, ...Array.from({ length: 100 }, (_, at) => aFact(at)))
    await reached
    assert.equal(
      seqsOf(seen),
      Array.from({ length: 102 }, (_, at) => at + 2),
    )
    await following.stop()
  })

  it('is caught up at once where there is nothing, behind the end, and where nothing matches', async (log) => {
    const empty = followUntil(log, { from: 1 }, () => true)
    await empty.following.caughtUp
    await facts(log, aFact(0))
    const behind = followUntil(log, { from: 2 }, () => true)
    const none = followUntil(log, { from: 1, queries: [{ job: 'other' }] }, () => true)
    await Promise.all([behind.following.caughtUp, none.following.caughtUp])
    assert.equal([behind.seen, none.seen], [[], []])
    await Promise.all([empty, behind, none].map(({ following }) => following.stop()))
  })

  it('is caught up when the last match is long past, and goes on with the next', async (log) => {
    await facts(log, aFact(0, 'db'), ...Array.from({ length: 50 }, (_, at) => aFact(at)))
    const query = { from: 1, queries: [{ job: 'db' }] }
    const { seen, following, reached } = followUntil(log, query, (entries) => entries.length === 2)
    await following.caughtUp
    assert.equal(seqsOf(seen), [1])
    await facts(log, aFact(1), aFact(1, 'db'))
    await reached
    assert.equal(seqsOf(seen), [1, 53])
    await following.stop()
  })

  it('tells nothing more once stopped', async (log) => {
    const first = followUntil(log, { from: 1 }, () => true)
    await first.following.caughtUp
    await first.following.stop()
    const second = followUntil(log, { from: 1 }, () => true)
    await facts(log, aFact(0))
    await second.reached
    assert.equal(first.seen, [])
    await second.following.stop()
  })

  it('two followers see the same', async (log) => {
    const full = (entries: readonly Entry[]): boolean => entries.length === 300
    const followers = [followUntil(log, { from: 1 }, full), followUntil(log, { from: 1 }, full)]
    await Promise.all(Array.from({ length: 300 }, (_, at) => facts(log, aFact(at))))
    await Promise.all(followers.map(({ reached }) => reached))
    assert.equal(followers[0]?.seen, followers[1]?.seen)
    await Promise.all(followers.map(({ following }) => following.stop()))
  })
}

/** Signs of life, which are no part of the order. */
export const heartbeats = (it: It): void => {
  it('signs of life come to who follows them, and are kept apart from the events', async (log) => {
    const start = Date.now() - 1
    const heard: OrkEvent[] = []
    let tell = (): void => {}
    const all = new Promise<void>((resolve) => {
      tell = resolve
    })
    const following = log.followHeartbeats((event) => {
      heard.push(event)
      if (heard.length === 3) tell()
    })
    await log.lastSeq() // the server has the subscription once it has answered this
    const beats = [aBeat('w1', 1), aBeat('w2', 1), aBeat('w1', 2)]
    await Promise.all(beats.map((beat) => new Promise<void>((stored) => log.beat(beat, stored))))
    await all
    assert.equal(heard, beats)
    following.stop()
    log.beat(aBeat('w2', 2))
    assert.is(await log.lastSeq(), 0)

    const kept = async (options: { since: number; worker?: string }): Promise<readonly unknown[]> => {
      const found: unknown[] = []
      for await (const entries of log.readHeartbeats(options)) found.push(...entries.map(({ event }) => event))
      return found
    }
    while ((await kept({ since: start })).length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
    assert.equal(await kept({ since: start, worker: 'w1' }), [beats[0], beats[2]])
    assert.equal(await kept({ since: Date.now() + 1_000 }), [])
    assert.equal(await kept({ since: start, worker: 'w9' }), [])
    assert.is(heard.length, 3)
  })
}
