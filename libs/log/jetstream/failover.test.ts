import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Failover } from './failover'

/** A client of some servers, of which it is at one, and a clock that is moved by hand. */
const client = (named: number, told: readonly string[] = []) => {
  const at = { server: 'a', ms: 1_000 }
  const dialled: string[] = []
  const nc = {
    getServer: () => at.server,
    reconnect: async () => void dialled.push(at.server),
    info: { connect_urls: [...told] } as never,
  }
  return { at, dialled, failover: new Failover(nc, named, () => at.ms) }
}

test('a server that answers nothing for some seconds is left for another one', () => {
  const { at, dialled, failover } = client(3)
  failover.answered('write')
  for (let ms = 0; ms < 12_000; ms += 2_000) {
    at.ms += 2_000
    failover.unanswered('write', 1_000)
  }
  assert.equal(dialled, ['a'])
  assert.is(failover.moves, 1)
})

test('one answer among many questions is enough to stay', () => {
  const { at, dialled, failover } = client(3)
  for (let ms = 0; ms < 60_000; ms += 3_000) {
    at.ms += 3_000
    failover.unanswered('write', 2_000)
    failover.answered('write')
    failover.unanswered('write', 2_500)
  }
  assert.equal(dialled, [])
})

test('one that goes on answering questions, and takes no write, is left', () => {
  const { at, dialled, failover } = client(3)
  for (let second = 0; second < 6; second += 1) {
    at.ms += 1_000
    failover.answered('question')
    failover.unanswered('write', 500)
  }
  assert.equal(dialled, ['a'])
})

test('the server that it came from is not gone back to', () => {
  const { at, dialled, failover } = client(3)
  failover.unanswered('write', 5_000)
  assert.is(failover.arrived(), false)
  at.server = 'b'
  assert.is(failover.arrived(), true)
  assert.equal(dialled, ['a', 'a'])
})

test('while nobody answers anywhere it is gone failover ever more rarely', () => {
  const { at, failover } = client(3)
  const moves: number[] = []
  for (let second = 1; second <= 300; second += 1) {
    at.ms += 1_000
    failover.unanswered('write', 0)
    if (failover.moves > moves.length) {
      moves.push(second)
      at.server = `server ${second}`
      failover.arrived()
    }
  }
  assert.equal(moves, [5, 14, 31, 64, 125, 186, 247])
})

test('the only server is never left; those that it tells of count', () => {
  const alone = client(1, ['a'])
  alone.failover.unanswered('write', 100_000)
  assert.equal(alone.dialled, [])
  const oneOfThree = client(1, ['a', 'b', 'c'])
  oneOfThree.failover.unanswered('write', 100_000)
  assert.equal(oneOfThree.dialled, ['a'])
})

test.run()
