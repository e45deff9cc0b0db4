import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { keyedQueue, limiter, mapBounded } from './bounded'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('runs no more jobs at once than allowed, in order, and goes on after one that fails', async () => {
  let running = 0
  let most = 0
  const begun: number[] = []
  const limited = limiter(3)
  const job = (at: number) => async (): Promise<number> => {
    begun.push(at)
    running += 1
    most = Math.max(most, running)
    await turn()
    running -= 1
    if (at === 2) throw new Error('no')
    return at
  }
  const all = await Promise.allSettled(Array.from({ length: 10 }, (_, at) => limited(job(at))))
  assert.is(most, 3)
  assert.equal(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  assert.is(all.filter(({ status }) => status === 'rejected').length, 1)
})

test('keeps the order of what it maps', async () => {
  assert.equal(await mapBounded([3, 1, 2], 2, async (item) => item * 10), [30, 10, 20])
})

test('runs jobs of one key one after the other, of two keys at once', async () => {
  const told: string[] = []
  const inTurn = keyedQueue()
  const job = (name: string) => async (): Promise<void> => {
    told.push(`+${name}`)
    await turn()
    told.push(`-${name}`)
    if (name === 'a1') throw new Error('no')
  }
  await Promise.allSettled([inTurn('a', job('a1')), inTurn('a', job('a2')), inTurn('b', job('b1'))])
  assert.is(told.length, 6)
  assert.ok(told.indexOf('-a1') < told.indexOf('+a2'))
  assert.ok(told.indexOf('+b1') < told.indexOf('-a1'))
})

test.run()
