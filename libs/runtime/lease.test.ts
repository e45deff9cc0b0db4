import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DEFAULT_LEASE, isCurrent, nextLeaseStep, provesSilence, readRenewal } from './lease'

const at = (mono: number) => ({ wall: 0, mono })
const standBy = { epoch: null, heardAt: 0, renewedAt: 0 }
const leader = { epoch: 3, heardAt: 0, renewedAt: 0 }

test('a stand-by waits, then asks, then stands for election, by how long the leader was silent', () => {
  const steps = [0, 999, 1_000, 1_999, 2_000, 60_000].map((mono) => nextLeaseStep(standBy, at(mono), DEFAULT_LEASE))
  assert.equal(steps, ['wait', 'wait', 'ask', 'ask', 'campaign', 'campaign'])
})

test('a leader renews in time, and never asks', () => {
  const steps = [0, 499, 500, 60_000].map((mono) => nextLeaseStep(leader, at(mono), DEFAULT_LEASE))
  assert.equal(steps, ['wait', 'wait', 'renew', 'renew'])
})

test('a leader renews at least twice before anybody doubts it', () => {
  assert.ok(DEFAULT_LEASE.renewEveryMs * 2 <= DEFAULT_LEASE.askAfterMs)
  assert.ok(DEFAULT_LEASE.askAfterMs + DEFAULT_LEASE.renewEveryMs < DEFAULT_LEASE.takeAfterMs)
})

test('a silence proves nothing if it ended while the log was asked, or if the log was silent too', () => {
  const proves = (heardAt: number, answeredAt: number): boolean =>
    provesSilence({ ...standBy, heardAt }, 5_000, answeredAt, DEFAULT_LEASE)
  assert.equal([proves(3_000, 5_010), proves(5_005, 5_010)], [true, false])
  assert.equal([proves(3_000, 5_999), proves(3_000, 6_000), proves(3_000, 11_000)], [true, false, false])
})

test('only the clock that never goes back decides', () => {
  fc.assert(
    fc.property(fc.nat(), fc.maxSafeInteger(), fc.maxSafeInteger(), (mono, wall, other) => {
      const step = nextLeaseStep(standBy, { wall, mono }, DEFAULT_LEASE)
      assert.is(nextLeaseStep(standBy, { wall: other, mono }, DEFAULT_LEASE), step)
    }),
  )
})

test('whatever comes over the bus, reading it does not throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => void readRenewal(json)))
  assert.is(readRenewal(undefined), null)
  assert.equal(readRenewal({ holder: 'm1', epoch: 3 }), { holder: 'm1', epoch: 3, resigned: false })
})

test('a leader that was succeeded is not taken for the one that leads', () => {
  const renewal = { holder: 'm1', epoch: 3, resigned: false }
  assert.equal([isCurrent(renewal, 2), isCurrent(renewal, 3), isCurrent(renewal, 4)], [true, true, false])
})

test.run()
