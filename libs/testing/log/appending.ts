import * as assert from 'uvu/assert'
import type { OrkEvent } from '#libs/events'
import { aDecision, aFact, aFarewell, aWish } from '../logEvents'
import { facts, type It, readAll, stored } from './tools'

/** What a log does with writes. */
export const appending = (it: It): void => {
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
