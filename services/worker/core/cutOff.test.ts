import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { WorkerSimulation } from '../../../libs/testing/workerSimulation'
import { containers, crash, given, ID, news, only, running, state } from '../../../libs/testing/workerStory'
import { inContact } from './cutOff'

const STOPPED = ['Stop#1', 'TaskStopped#1', 'Remove#1']

/** Time passes in steps of a second; in each the log acknowledges a heartbeat, or does not. */
const after = (sim: WorkerSimulation, ms: number, connected: boolean): string[] => {
  const said: string[] = []
  for (let passed = 0; passed < ms; passed += 1_000) {
    sim.pass(1_000)
    if (connected) inContact(sim.view, sim.clock)
    said.push(...news(sim))
  }
  return said
}

const alone = (onDisconnect: 'stop' | 'wait' | undefined): WorkerSimulation => {
  const sim = running(onDisconnect === undefined ? {} : { onDisconnect })
  inContact(sim.view, sim.clock)
  assert.equal(after(sim, 60_000, true), [])
  return sim
}

test('cut off, the worker stops what must not run twice two seconds before it is lost, and says why', () => {
  const sim = alone('stop')
  assert.equal(after(sim, 12_000, false), [])
  assert.equal(after(sim, 1_000, false), STOPPED)
  const { state, reason } = sim.log.instance(ID)
  assert.equal([state, reason], ['pending', 'cut off from the log for 13 s'])
  assert.equal(containers(sim), [])
})

test('it wakes for that by itself', () => {
  const sim = alone('stop')
  assert.ok((sim.wakeAt() ?? Number.POSITIVE_INFINITY) <= sim.clock + 13_000)
})

test('so it does with what the log is behind with, of which nothing can be told yet', () => {
  const sim = alone('stop')
  crash(sim)
  sim.view.untold = new Set([ID])
  inContact(sim.view, sim.clock)
  assert.equal(after(sim, 12_000, false), [])
  assert.ok((sim.wakeAt() ?? Number.POSITIVE_INFINITY) <= sim.clock + 1_000)
  assert.equal(after(sim, 10_000, false), ['Stop#1'])
  sim.view.untold = new Set()
  assert.equal(news(sim), ['TaskStopped#1', 'Remove#1'])
})

test('an engine that does not stop it is asked again once it has listed what it has', () => {
  for (const tag of ['Failed', 'Unreachable'] as const) {
    const sim = alone('stop')
    crash(sim)
    sim.view.untold = new Set([ID])
    inContact(sim.view, sim.clock)
    sim.pass(20_000)
    sim.decide()
    assert.equal(sim.news.splice(0), ['Stop web.api.0#1'])
    sim.see({ tag: 'StopDone', driver: 'simulated', ref: only(sim).ref, exit: { tag, what: 'it hangs' } })
    sim.decide()
    assert.equal(sim.news.splice(0), [])
    sim.relist()
    sim.decide()
    assert.equal(sim.news.splice(0), ['Stop web.api.0#1'])
  }
})

test('what may run twice, or waits, goes on', () => {
  for (const policy of ['wait', undefined] as const) {
    const sim = alone(policy)
    assert.equal(after(sim, 600_000, false), [])
    assert.is(state(sim), 'running #1')
  }
})

test('contact in time puts off the end', () => {
  const sim = alone('stop')
  for (let times = 0; times < 5; times += 1) {
    assert.equal(after(sim, 11_000, false), [])
    inContact(sim.view, sim.clock - 1_000)
  }
})

test('while it is cut off it starts nothing that must not run twice', () => {
  const sim = given({ onDisconnect: 'stop' })
  inContact(sim.view, sim.clock)
  sim.loseEngine()
  assert.equal(after(sim, 20_000, false), [])
  sim.relist()
  assert.equal(news(sim), ['TaskStopped#1'])
})

test('a worker that reads in the log that it is lost is not heard, and stops what must not run twice', () => {
  const sim = alone('stop')
  sim.log.add({ type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } })
  assert.equal(news(sim), [])
  sim.log.add({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  assert.equal(news(sim), STOPPED)
})

test('restarts that the log has not heard of are told before the stop, so that it is one of the attempt they came to', () => {
  const sim = alone('stop')
  sim.engine.end(only(sim), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  for (let passed = 0; passed < 14_000; passed += 500) {
    sim.pass(500)
    sim.decide()
    sim.carryOut(0, null)
    sim.hear(0)
  }
  sim.news.length = 0
  news(sim)
  assert.equal([sim.log.instance(ID).state, sim.log.cluster.ignored.illegal], ['pending', 0])
  assert.equal(sim.broken, [])
})

test('a stop that a user asked for meanwhile is answered all the same', () => {
  const sim = alone('stop')
  sim.engine.end(only(sim), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  sim.log.stopJob('web')
  for (let passed = 0; passed < 14_000; passed += 500) {
    sim.pass(500)
    sim.decide()
    sim.carryOut(0, null)
    sim.hear(0)
  }
  news(sim)
  assert.is(sim.log.instance(ID).state, 'stopped')
  assert.equal(sim.broken, [])
})

test('a worker that starts again counts from its new registration', () => {
  const sim = alone('stop')
  crash(sim)
  sim.pass(60_000)
  assert.equal(news(sim), [])
  inContact(sim.view, sim.clock)
  assert.equal(after(sim, 12_000, false), [])
  assert.equal(after(sim, 1_000, false), STOPPED)
})

test.run()
