import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FoldedUpTo } from './folded'

test('waits for exactly the sequence that was asked for', async () => {
  const folded = new FoldedUpTo()
  const order: number[] = []
  const all = [3, 1, 2].map(async (seq) => {
    await folded.until(seq)
    order.push(seq)
  })
  folded.reached(1)
  await new Promise(setImmediate)
  assert.equal(order, [1])
  folded.reached(7)
  await Promise.all(all)
  assert.equal([...order].sort(), [1, 2, 3])
})

test('what was folded already is not waited for', async () => {
  const folded = new FoldedUpTo()
  folded.reached(5)
  await folded.until(5)
  await folded.until(0)
})

test('whoever waits for what will never come is told that the service is stopping', async () => {
  const folded = new FoldedUpTo()
  const outcome = (seq: number): Promise<string> =>
    folded.until(seq).then(
      () => 'folded',
      (cause: Error) => cause.message,
    )
  const before = outcome(2)
  folded.reached(1)
  folded.end()
  assert.match(await before, 'this service is stopping')
  assert.match(await outcome(9), 'this service is stopping')
  assert.is(await outcome(1), 'folded')
})

test.run()
