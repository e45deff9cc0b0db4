import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aJob } from '../testing/happenings'
import { History } from '../testing/history'
import { describeInstance } from './index'

test('an instance says how its worker is, for as long as it is placed there', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob())
  const workerState = () => describeInstance(history.instance('web.api.0'), history.cluster.workers).workerState
  assert.is(workerState(), null)
  history.schedule('web.api.0', 'w1')
  assert.is(workerState(), 'ready')
  history.add(history.on('web.api.0').started())
  history.add({ type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } })
  assert.is(workerState(), 'suspected')
  history.add({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  assert.is(workerState(), 'lost')
  history.add(history.on('web.api.0').lost())
  assert.equal([history.instance('web.api.0').worker, workerState()], ['w1', null])
})

test('one job alone does not tell how its workers are: then nothing is said of it', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob())
  history.schedule('web.api.0', 'w1')
  assert.not.ok('workerState' in describeInstance(history.instance('web.api.0')))
})

test.run()
