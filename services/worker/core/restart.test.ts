import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DEFAULT_RESCHEDULE } from '#libs/spec'
import { containers, ends, given, ID, news, RESTART, running, state } from '../../../libs/testing/workerStory'
import { afterExit } from './restart'
import { setScarce } from './view'

const AT_ONCE = { ...RESTART, delayMs: 0 }
const LATE = { restarts: 0, ranMs: 5_000, random: 0 }
const FAILED = { exitCode: 1, oomKilled: false }

/** The waits before each of so many restarts in a row of a container that runs so long. */
const waits = (ranMs: number, count: number): number[] =>
  Array.from({ length: count }, (_, restarts) => {
    const next = afterExit(AT_ONCE, FAILED, { restarts, ranMs, random: 0 })
    return next.tag === 'Restart' ? next.delayMs : -1
  })

test('a container that ends at its start again and again is given time, though its policy asks for none', () => {
  assert.equal(waits(20, 10), [0, 100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000])
})

test('one that runs for a while is restarted as its policy has it', () => {
  assert.equal(waits(1_000, 5), [0, 0, 0, 0, 0])
})

test('the wait of a policy is not shortened', () => {
  const slow = { ...RESTART, delayMs: 30_000, maxDelayMs: 60_000 }
  assert.equal(afterExit(slow, FAILED, { restarts: 3, ranMs: 20, random: 0 }), {
    tag: 'Restart',
    delayMs: 60_000,
    reason: 'exit code 1',
  })
})

test('jitter makes a wait longer, never shorter', () => {
  const shaken = { ...RESTART, delayMs: 10_000, maxDelayMs: 10_000, jitter: 0.5 }
  const delays = [0, 0.5, 0.999].map((random) => {
    const next = afterExit(shaken, FAILED, { ...LATE, random })
    return next.tag === 'Restart' ? next.delayMs : -1
  })
  assert.equal(delays, [10_000, 12_500, 14_995])
})

test('a container that went without a word is no success', () => {
  const next = afterExit({ ...RESTART, policy: 'on-failure' }, { exitCode: null, oomKilled: false }, LATE)
  assert.equal(next, { tag: 'Restart', delayMs: 1_000, reason: 'its container is gone' })
})

test('what the engine could not start for trouble of its own is tried again, and told', () => {
  const sim = given({ env: { BROKEN: 'for now' } })
  assert.equal(news(sim), ['Run#1', 'TaskRestarting#2'])
  assert.equal([state(sim), sim.log.instance(ID).reason], ['starting #2', 'no space left'])
  sim.pass(1_000)
  assert.equal(news(sim), ['Run#2', 'TaskRestarting#3'])
  assert.equal(containers(sim), [])
  assert.equal(sim.broken, [])
})

test('it has failed once its restarts are used up', () => {
  const sim = given({ env: { BROKEN: 'for now' }, restart: { ...RESTART, attempts: 1 } })
  news(sim)
  sim.pass(1_000)
  assert.equal(news(sim), ['Run#2', 'TaskFailed#2'])
  assert.is(sim.log.instance(ID).reason, 'no space left, after 1 restart')
})

/** What comes of so many tries to start what the engine cannot start: the last news. */
const lastAfter = (sim: ReturnType<typeof given>, tries: number): string | undefined => {
  let last: string | undefined
  for (let time = 0; time < tries; time += 1) {
    last = news(sim).at(-1)
    sim.pass(10_000)
  }
  return last
}

test('what this engine cannot start is not tried here for ever: after five restarts it has failed, for another worker', () => {
  const sim = given({ env: { BROKEN: 'for now' } })
  assert.is(lastAfter(sim, 5), 'TaskRestarting#6')
  assert.is(lastAfter(sim, 1), 'TaskFailed#6')
  assert.is(sim.log.instance(ID).reason, 'no space left, after 5 restarts')
  assert.equal(lastAfter(sim, 3), undefined)
})

test('it is, where it would not be placed anew', () => {
  const stays = given({ env: { BROKEN: 'for now' }, reschedule: { ...DEFAULT_RESCHEDULE, attempts: 0 } })
  assert.is(lastAfter(stays, 10), 'TaskRestarting#11')
  const batch = given({ env: { BROKEN: 'for now' } }, 'batch')
  assert.is(lastAfter(batch, 10), 'TaskRestarting#11')
})

test('restarts of what did start are not counted for that', () => {
  const sim = running()
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    ends(sim, attempt)
    sim.pass(60_000)
    news(sim)
  }
  assert.is(state(sim), 'running #11')
})

/** When a container that ends as soon as it was started is started again, in seconds from now. */
const startsWithin = (sim: ReturnType<typeof running>, seconds: number): number[] => {
  const starts: number[] = []
  for (let second = 1; second <= seconds; second += 1) {
    sim.pass(1_000)
    const started = news(sim).find((line) => line.startsWith('TaskStarted'))
    if (started === undefined) continue
    starts.push(second)
    ends(sim, Number(started.split('#')[1]))
  }
  return starts
}

test('in a log at its reserve what ends again and again is started ever more rarely, soon again once there is room', () => {
  const sim = running()
  ends(sim, 1)
  setScarce(sim.view, true)
  assert.equal(startsWithin(sim, 3_000), [1, 3, 63, 183, 423, 903, 1_803, 2_703])
  setScarce(sim.view, false)
  assert.equal(startsWithin(sim, 21), [1, 11, 21])
})

test.run()
