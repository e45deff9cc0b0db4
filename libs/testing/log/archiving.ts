import * as assert from 'uvu/assert'
import type { Log } from '#libs/log'
import { aDecision, aFact } from '../logEvents'
import { facts, type It, readAll, seqsOf } from './tools'

const PLACE = { host: 'here', dir: '/archive' }
const tagOf = async (result: Promise<readonly { readonly tag: string }[]>): Promise<string | undefined> =>
  (await result)[0]?.tag

/** Facts about these instances, one behind the other: those of different ones may change places otherwise. */
const inOrder = async (log: Log, ...indexes: readonly number[]): Promise<void> => {
  for (const index of indexes) await facts(log, aFact(index))
}

/** What a log does once its past is elsewhere. */
export const archiving = (it: It): void => {
  it('what was archived is gone, and the log says where it is; sequences go on as they were', async (log) => {
    await facts(log, aFact(0), aFact(1), aFact(2), aFact(3))
    await log.purge(3, PLACE)
    const { firstSeq, lastSeq, archived } = await log.info()
    assert.equal([firstSeq, lastSeq, archived], [4, 4, PLACE])
    assert.equal(seqsOf(await readAll(log)), [4])
    assert.equal([await log.at(3), await log.stored(2)], [null, null])
    assert.equal(await facts(log, aFact(0)), [5])
    await log.purge(2, PLACE)
    assert.is((await log.info()).firstSeq, 4, 'what is gone already is not there to be removed')
  })

  it('who has not folded what was archived cannot follow on, and is told so', async (log) => {
    await inOrder(log, 0, 1, 2)
    await log.purge(2, PLACE)
    const following = log.follow({ from: 2, onEntries: () => assert.unreachable() })
    assert.is((await following.broken).tag, 'LogArchived')
    assert.ok(await following.caughtUp.then(() => false).catch(() => true))
    await following.stop()
  })

  it('who has folded all that was archived may go on deciding about what is archived whole', async (log) => {
    await inOrder(log, 0, 1, 0, 2)
    await log.purge(3, PLACE)
    assert.is(await tagOf(log.append([{ event: aDecision(0), expect: 3, asOf: 4 }])), 'Stored')
    assert.is(
      await tagOf(log.append([{ event: aDecision(0), expect: 3, asOf: 4 }])),
      'Conflict',
      'it has moved on since',
    )
    assert.is(await tagOf(log.append([{ event: aDecision(0), expect: 5, asOf: 5 }])), 'Stored')
    assert.is(await tagOf(log.append([{ event: aDecision(2), expect: 4, asOf: 4 }])), 'Stored', 'still in the log')
    const together = [aDecision(1), aDecision(7)].map((event) => ({ event, asOf: 6 }))
    const [first, second] = together
    if (first === undefined || second === undefined) return assert.unreachable()
    const result = await log.appendTogether([
      { ...first, expect: 2 },
      { ...second, expect: 0 },
    ])
    assert.is(result.tag, 'Stored')
  })

  it('who has not may have missed something there: its decisions are conflicts', async (log) => {
    await inOrder(log, 0, 0, 1)
    await log.purge(2, PLACE)
    assert.is(await tagOf(log.append([{ event: aDecision(0), expect: 1, asOf: 1 }])), 'Conflict')
    assert.is(await tagOf(log.append([{ event: aDecision(0), expect: 1 }])), 'Conflict')
    assert.is(await tagOf(log.append([{ event: aDecision(0), expect: 2, asOf: 2 }])), 'Stored')
  })
}
