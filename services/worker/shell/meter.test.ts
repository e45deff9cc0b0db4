import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { NO_RESOURCES } from '#libs/kernel'
import { Meter } from './meter'

/** A meter of so many containers: to look at them takes `tookMs`, on a clock that moves only here. */
const bench = (tookMs: number, count = 1) => {
  const state = { at: 100_000, busy: false, looks: 0 }
  const meter = new Meter<number>({
    machine: async () => NO_RESOURCES,
    containers: async () => {
      state.looks += 1
      state.at += tookMs
      return Array.from({ length: count }, () => state.looks)
    },
    isBusy: () => state.busy,
    monotonicMs: () => state.at,
  })
  return { meter, state }
}

test('looks at once, and again some seconds later where looking is cheap', async () => {
  const { meter, state } = bench(50)
  await meter.look()
  assert.equal(meter.containers, [1])
  state.at += 4_000
  await meter.look()
  assert.equal(meter.containers, [1])
  state.at += 1_000
  await meter.look()
  assert.equal(meter.containers, [2])
})

test('looks the less often the more containers there are', async () => {
  const { meter, state } = bench(50, 200)
  await meter.look()
  state.at += 19_000
  await meter.look()
  assert.is(state.looks, 1)
  state.at += 1_000
  await meter.look()
  assert.is(state.looks, 2)
})

test('lets figures grow old while the engine is busy, but not older than 10 s', async () => {
  const { meter, state } = bench(50)
  await meter.look()
  state.busy = true
  state.at += 9_000
  await meter.look()
  assert.is(state.looks, 1)
  state.at += 1_000
  await meter.look()
  assert.is(state.looks, 2)
})

test('looks seldom where it takes long', async () => {
  const { meter, state } = bench(1_000)
  await meter.look()
  state.at += 19_000
  await meter.look()
  assert.is(state.looks, 1)
  state.at += 1_000
  await meter.look()
  assert.is(state.looks, 2)
})

test('never looks twice at once', async () => {
  const { meter, state } = bench(0)
  await Promise.all([meter.look(), meter.look()])
  assert.is(state.looks, 1)
})

test('keeps the last figures when measuring fails', async () => {
  let fails = false
  const meter = new Meter<number>({
    machine: async () => (fails ? Promise.reject(new Error('no')) : { ...NO_RESOURCES, cpuMilli: 5 }),
    containers: async () => (fails ? Promise.reject(new Error('no')) : [7]),
    isBusy: () => false,
    monotonicMs: () => 0,
  })
  await meter.look()
  fails = true
  await meter.look()
  assert.equal([meter.machine.cpuMilli, meter.containers], [5, [7]])
})

test.run()
