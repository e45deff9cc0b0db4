import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { registered as workerRegistered } from '../../../libs/testing/happenings'
import type { WorkerSimulation } from '../../../libs/testing/workerSimulation'
import { running } from '../../../libs/testing/workerStory'
import { decide } from './decide'
import { retreat } from './retreat'

/** What the log is told of engines now. */
const told = (sim: WorkerSimulation): string[] =>
  decide(sim.view, { wall: 0, mono: sim.clock }).facts.flatMap(({ draft }) =>
    draft.type === 'WorkerDriverChanged' ? [`${draft.data.driver} ${draft.data.answers}`] : [],
  )

const registered = (): WorkerSimulation => {
  const sim = running()
  sim.view.registered = true
  return sim
}

test('an engine that does not answer for a while is told of once, and once more when it does again', () => {
  const sim = registered()
  assert.equal(told(sim), [])
  sim.loseEngine()
  assert.equal(told(sim), [])
  sim.pass(2_999)
  assert.equal(told(sim), [])
  sim.pass(1)
  assert.equal(told(sim), ['simulated false'])
  sim.pass(60_000)
  assert.equal(told(sim), [])
  sim.relist()
  assert.equal(told(sim), ['simulated true'])
  assert.equal(told(sim), [])
})

test('it wakes for that by itself', () => {
  const sim = registered()
  sim.loseEngine()
  assert.is(sim.wakeAt(), sim.clock + 3_000)
})

test('an engine that is only restarted is no news', () => {
  const sim = registered()
  sim.loseEngine()
  told(sim)
  sim.pass(2_000)
  sim.relist()
  assert.equal(told(sim), [])
})

test('what an earlier life of the worker had sent of an engine, and comes in late, is set right', () => {
  const sim = registered()
  sim.log.add({ type: 'WorkerDriverChanged', data: { worker: 'w1', driver: 'simulated', answers: false } })
  sim.read(1)
  assert.equal(told(sim), ['simulated true'])
})

test('a registration takes all engines to answer: one that is silent still is told of again', () => {
  const sim = registered()
  sim.loseEngine()
  told(sim)
  sim.pass(3_000)
  assert.equal(told(sim), ['simulated false'])
  sim.log.add({ type: 'WorkerDriverChanged', data: { worker: 'w1', driver: 'simulated', answers: false } })
  sim.view.registration = 'anew'
  sim.log.add(workerRegistered('w1'), { id: 'anew' })
  sim.read(2)
  assert.equal(told(sim), ['simulated false'])
})

test('a worker that was succeeded stops what its successor cannot reach, and leaves the rest to that one', () => {
  const sim = running()
  sim.view.identities = { simulated: 'here' }
  const stops = (engines: Record<string, string>): string[] => {
    sim.view.successor = { host: 'h2', engines }
    return retreat(sim.view).map(({ tag, ref }) => `${tag} ${ref.attempt}`)
  }
  assert.equal(stops({ simulated: 'here' }), [])
  assert.equal(stops({ simulated: 'there' }), ['Stop 1'])
  assert.equal(stops({}), ['Stop 1'], 'nobody knows which engine that one has')
  sim.view.identities = {}
  assert.equal(stops({}), ['Stop 1'])
})

test.run()
