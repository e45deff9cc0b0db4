import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry, OrkEvent } from '#libs/events'
import type { AppendResult, Following, Log, ReadOptions } from '#libs/log'
import { aBeat, aDecision, aFact, aFarewell, aWish } from './logEvents'

/** What the contract needs of an implementation: a log with nothing in it. */
export interface LogHarness {
  open(): Promise<{ readonly log: Log; close(): Promise<void> }>
}

const stored = (results: readonly AppendResult[]): readonly number[] =>
  results.map((result) => {
    if (result.tag !== 'Stored') throw new Error(`expected Stored, found ${JSON.stringify(result)}`)
    return result.seq
  })

const facts = (log: Log, ...events: readonly OrkEvent[]): Promise<readonly number[]> =>
  log.append(events.map((event) => ({ event }))).then(stored)

const readAll = async (log: Log, options: ReadOptions = { from: 1 }): Promise<Entry[]> => {
  const all: Entry[] = []
  for await (const entries of log.read(options)) all.push(...entries)
  return all
}

const seqsOf = (entries: readonly Entry[]): readonly number[] => entries.map(({ seq }) => seq)

/** Resolves once `done` holds for what a follower has seen. */
const followUntil = (
  log: Log,
  options: ReadOptions,
  done: (entries: readonly Entry[]) => boolean,
): { readonly seen: Entry[]; readonly following: Following; readonly reached: Promise<void> } => {
  const seen: Entry[] = []
  let resolve = (): void => {}
  const reached = new Promise<void>((keep) => {
    resolve = keep
  })
  const following = log.follow({
    ...options,
    onEntries: (entries) => {
      seen.push(...entries)
      if (done(seen)) resolve()
    },
  })
  return { seen, following, reached }
}

/** What every implementation of the port to the log must do; run it with `.run()`. */
export const logContract = (name: string, harness: LogHarness): void => {
  const test = suite(name)
  const it = (title: string, body: (log: Log) => Promise<void>): void =>
    test(title, async () => {
      const { log, close } = await harness.open()
      try {
        await body(log)
      } finally {
        await close()
      }
    })

  appending(it)
  reading(it)
  following(it)
  heartbeats(it)
  test.run()
}

type It = (title: string, body: (log: Log) => Promise<void>) => void

const appending = (it: It): void => {
  it('an empty log has 0 as its last sequence, nothing to read and nothing at 1', async (log) => {
    assert.is(await log.lastSeq(), 0)
    assert.equal(await readAll(log), [])
    assert.is(await log.at(1), null)
    assert.is(await log.seqAt(0), 1)
    assert.equal(await log.append([]), [])
  })

  it('what is appended is read back equal, in order, with sequences from 1', async (log) => {
    const events = [aWish('web', 'Grüße, 世界 🎉'), aFact(0), aFarewell('w1'), aDecision(3)]
    assert.equal(await facts(log, ...events), [1, 2, 3, 4])
    assert.equal(
      await readAll(log),
      events.map((event, at) => ({ seq: at + 1, event })),
    )
    assert.is(await log.lastSeq(), 4)
    assert.equal(await log.at(2), { seq: 2, event: events[1] })
  })

  it('a decision on a stale sequence of its aggregate is a conflict and writes nothing', async (log) => {
    const [first] = await log.append([{ event: aDecision(0), expect: 0 }])
    assert.equal(first, { tag: 'Stored', seq: 1 })
    await facts(log, aDecision(1))
    const [stale] = await log.append([{ event: aDecision(0), expect: 0 }])
    assert.equal(stale, { tag: 'Conflict' })
    const [fresh] = await log.append([{ event: aDecision(0), expect: 1 }])
    assert.equal(fresh, { tag: 'Stored', seq: 3 })
    assert.is(await log.lastSeq(), 3)
  })

  it('a fact about the same instance makes a decision stale; one about another instance does not', async (log) => {
    await facts(log, aFact(0))
    const results = await log.append([
      { event: aDecision(0), expect: 0 },
      { event: aDecision(1), expect: 0 },
    ])
    assert.equal(results, [{ tag: 'Conflict' }, { tag: 'Stored', seq: 2 }])
  })

  it('of two decisions about one aggregate with the same expectation in one call the second is a conflict', async (log) => {
    const results = await log.append([
      { event: aDecision(0), expect: 0 },
      { event: aDecision(0), expect: 0 },
    ])
    assert.equal(results, [{ tag: 'Stored', seq: 1 }, { tag: 'Conflict' }])
  })

  it('of 50 writers that decide on the same view exactly one is stored', async (log) => {
    const calls = Array.from({ length: 50 }, () => log.append([{ event: aDecision(0), expect: 0 }]))
    const results = (await Promise.all(calls)).flat()
    assert.is(results.filter(({ tag }) => tag === 'Stored').length, 1)
    assert.is(results.filter(({ tag }) => tag === 'Conflict').length, 49)
  })

  it('a fact that is appended again under its id is stored once, and both are told where', async (log) => {
    const fact = aFact(0)
    assert.equal(await facts(log, fact, aFact(1)), [1, 2])
    assert.equal(await facts(log, fact), [1])
    assert.is(await log.lastSeq(), 2)
  })

  it('5,000 events of a few aggregates keep the order of each', async (log) => {
    const events = Array.from({ length: 5_000 }, (_, at) => aFact(at % 7))
    const seqs = stored(await log.append(events.map((event) => ({ event }))))
    const entries = await readAll(log)
    assert.is(entries.length, 5_000)
    assert.is(new Set(seqs).size, 5_000)
    for (let index = 0; index < 7; index += 1) {
      const mine = seqs.filter((_, at) => at % 7 === index)
      assert.equal(
        mine,
        [...mine].sort((a, b) => a - b),
      )
    }
    for (const [at, seq] of seqs.entries()) assert.equal(entries[seq - 1], { seq, event: events[at] })
  })

  it('2,000 decisions at once, some of them stale: each is told its own outcome', async (log) => {
    await facts(log, ...Array.from({ length: 20 }, (_, at) => aFact(at * 100)))
    const items = Array.from({ length: 2_000 }, (_, at) => ({ event: aDecision(at), expect: 0 }))
    const results = await log.append(items)
    assert.is(results.filter(({ tag }) => tag === 'Conflict').length, 20)
    for (const [at, { tag }] of results.entries()) assert.is(tag, at % 100 === 0 ? 'Conflict' : 'Stored')
    assert.is(await log.lastSeq(), 2_000)
  })

  it('events that stand together are stored in one piece, and the sequence told is of the last', async (log) => {
    await facts(log, aFact(9))
    const events = [aDecision(0), aDecision(1), aWish('web'), aFact(0)]
    assert.equal(await log.appendTogether(events.map((event) => ({ event, expect: 0 }))), { tag: 'Stored', seq: 5 })
    assert.equal(
      (await readAll(log, { from: 2 })).map(({ event }) => (event as OrkEvent).id),
      events.map(({ id }) => id),
    )
  })

  it('of events that stand together none is stored when one of them is stale', async (log) => {
    await facts(log, aFact(1))
    const events = [aDecision(0), aDecision(1), aDecision(2)]
    assert.equal(await log.appendTogether(events.map((event) => ({ event, expect: 0 }))), { tag: 'Conflict' })
    assert.is(await log.lastSeq(), 1)
    assert.equal(await log.appendTogether([{ event: aDecision(0), expect: 0 }]), { tag: 'Stored', seq: 2 })
  })
}

const reading = (it: It): void => {
  it('reads from a sequence to a sequence, both included, and no further than the end', async (log) => {
    await facts(log, ...Array.from({ length: 20 }, (_, at) => aFact(at)))
    assert.equal(seqsOf(await readAll(log, { from: 5, to: 8 })), [5, 6, 7, 8])
    assert.equal(seqsOf(await readAll(log, { from: 19, to: 500 })), [19, 20])
    assert.equal(await readAll(log, { from: 21 }), [])
    assert.equal(await readAll(log, { from: 9, to: 8 }), [])
  })

  it('reads 12,000 entries in batches of some thousand at most', async (log) => {
    await log.append(Array.from({ length: 12_000 }, (_, at) => ({ event: aFact(at % 50) })))
    let next = 1
    for await (const entries of log.read({ from: 1 })) {
      assert.ok(entries.length <= 5_000)
      for (const { seq } of entries) {
        assert.is(seq, next)
        next += 1
      }
    }
    assert.is(next, 12_001)
  })

  it('a reader that stops early leaves the log as it was for the next', async (log) => {
    await facts(log, aFact(0), aFact(1), aFact(2))
    for await (const entries of log.read({ from: 1 })) {
      assert.ok(entries.length > 0)
      break
    }
    assert.is((await readAll(log)).length, 3)
  })

  it('reads what matches any of the queries, also where queries overlap', async (log) => {
    for (const [job, worker] of [
      ['web', 'w1'],
      ['web', 'w2'],
      ['db', 'w1'],
      ['db', 'w2'],
    ] as const) {
      await facts(log, aFact(0, job, worker))
    }
    await facts(log, aWish('web'), aFarewell('w1'), aDecision(1))
    const matching = async (...queries: NonNullable<ReadOptions['queries']>) =>
      seqsOf(await readAll(log, { from: 1, queries }))
    assert.equal(await matching({ job: 'web' }), [1, 2, 5, 7])
    assert.equal(await matching({ worker: 'w1' }), [1, 3, 6, 7])
    assert.equal(await matching({ job: 'db' }, { worker: 'w1' }), [1, 3, 4, 6, 7])
    assert.equal(await matching({ type: 'TaskLost' }), [7])
    assert.equal(await matching({ job: 'web', worker: 'w2' }), [2])
    assert.equal(await matching({ job: 'nothing' }), [])
    assert.equal(seqsOf(await readAll(log, { from: 2, to: 5, queries: [{ job: 'web' }] })), [2, 5])
    assert.equal(seqsOf(await readAll(log, { from: 3, to: 4, queries: [{ job: 'web' }] })), [])
  })

  it('finds the first sequence at or after a time', async (log) => {
    const start = Date.now() - 1
    await facts(log, aFact(0), aFact(1))
    await new Promise((resolve) => setTimeout(resolve, 20))
    const between = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 5))
    await facts(log, aFact(2))
    assert.is(await log.seqAt(start), 1)
    assert.is(await log.seqAt(between), 3)
    assert.is(await log.seqAt(Date.now() + 1_000), 4)
  })
}

const following = (it: It): void => {
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

const heartbeats = (it: It): void => {
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
    for (const beat of beats) log.beat(beat)
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
