import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Turns } from './turns'

/** Work that ends when it is told to. */
const held = () => {
  let end = (): void => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  return { work: () => ended, end: () => end() }
}

test('what is about one thing comes one after the other, what is about another does not wait', async () => {
  const turns = new Turns()
  const first = held()
  const order: string[] = []
  const all = [
    turns.take('web', first.work)?.then(() => order.push('web 1')),
    turns.take('web', async () => order.push('web 2')),
    turns.take('web', async () => order.push('web 3')),
  ]
  await turns.take('db', async () => order.push('db'))
  assert.equal(order, ['db'])
  first.end()
  await Promise.all(all)
  assert.equal(order, ['db', 'web 1', 'web 2', 'web 3'])
})

test('work that fails fails alone', async () => {
  const turns = new Turns()
  const failing = turns.take('web', () => Promise.reject(new Error('no')))
  const next = turns.take('web', async () => 'done')
  assert.is(await failing?.catch((cause: Error) => cause.message), 'no')
  assert.is(await next, 'done')
})

test('a flood about one thing is refused from its limit on, and leaves room for the others', async () => {
  const turns = new Turns()
  const first = held()
  const flood = Array.from({ length: 300 }, () => turns.take('web', first.work))
  assert.is(flood.filter((taken) => taken === null).length, 300 - 256)
  assert.is(await turns.take('db', async () => 'done'), 'done')
  first.end()
  await Promise.all(flood)
  assert.is(await turns.take('web', async () => 'again'), 'again')
})

test('there is a limit in all', async () => {
  const turns = new Turns()
  const first = held()
  const flood = Array.from({ length: 2_000 }, (_, at) => turns.take(`job${at % 500}`, first.work))
  assert.is(flood.filter((taken) => taken !== null).length, 1_024)
  first.end()
  await Promise.all(flood)
})

test.run()
