import * as assert from 'uvu/assert'
import type { ReadOptions, StoredMessage } from '#libs/log'
import { aDecision, aFact, aFarewell, aWish } from '../logEvents'
import { facts, type It, readAll, seqsOf } from './tools'

/** What a log tells of the past. */
export const reading = (it: It): void => {
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

  it('shows a message as it is stored', async (log) => {
    const fact = aFact(7)
    await facts(log, aFact(0), fact)
    const message = await log.stored(2)
    assert.is(message?.seq, 2)
    assert.match(message?.subject ?? '', /^\w+\.events\.task\.web\.api\.7\.w1\.TaskCompleted$/)
    assert.is(Buffer.from(message?.data ?? []).toString(), JSON.stringify(fact))
    assert.ok(Math.abs(Date.now() - (message?.time ?? 0)) < 600_000)
    assert.equal([await log.stored(0), await log.stored(3)], [null, null])
  })

  it('gives messages as they are stored, the same that are there one by one', async (log) => {
    await facts(log, ...Array.from({ length: 6 }, (_, at) => aFact(at)))
    const given: (StoredMessage | null)[] = []
    for await (const batch of log.messages(2, 500)) given.push(...batch)
    assert.equal(given, await Promise.all([2, 3, 4, 5, 6].map((seq) => log.stored(seq))))
    for await (const batch of log.messages(7, 500)) assert.unreachable(`${batch.length} of what is not there`)
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
