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

/** It looks for the second time so long after the first, and not a second before. */
const looksAgainAfter = async ({ meter, state }: ReturnType<typeof bench>, ms: number): Promise<void> => {
  state.at += ms - 1_000
  await meter.look()
  assert.is(state.looks, 1)
  state.at += 1_000
  await meter.look()
  assert.is(state.looks, 2)
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
  const many = bench(50, 200)
  await many.meter.look()
  await looksAgainAfter(many, 100_000)
})

test('lets figures grow old while the engine is busy, but not older than 10 s', async () => {
  const busy = bench(50)
  await busy.meter.look()
  busy.state.busy = true
  await looksAgainAfter(busy, 10_000)
})

test('looks seldom where it takes long', async () => {
  const slow = bench(1_000)
  await slow.meter.look()
  await looksAgainAfter(slow, 20_000)
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
