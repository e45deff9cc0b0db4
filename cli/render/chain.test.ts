import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeInstance, describeJobDetail } from '#libs/cluster'
import { aJob, on, registered, submitted } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { chainOf } from './chain'
import { crashLoopsOf } from './crashLoop'

const ID = 'web.api.0'

const failing = (): History => {
  const history = new History()
  const told = [
    registered('w1'),
    registered('w2'),
    submitted(aJob()),
    on(ID).scheduled(),
    on(ID).started(true),
    on(ID).healthy(),
    on(ID).unhealthy('status 500'),
    on(ID).exited(0),
    on(ID, 'w1', 2).restarting(),
    on(ID, 'w1', 2).started(true),
    on(ID, 'w1', 2).exited(1),
    on(ID, 'w1', 2).failed(),
    on(ID, 'w1', 2).rescheduled(),
    on(ID, 'w2', 3).scheduled(),
  ]
  for (const draft of told) history.add(draft)
  return history
}

test('the chain of attempts says what became of each, why, and what followed', () => {
  const chain = chainOf(failing().entries)
  assert.equal(
    chain.map(({ attempt, worker, health, end, next }) => [attempt, worker, health, end, next]),
    [
      [1, 'w1', 'unhealthy', 'unhealthy: status 500', 'restarted in place'],
      [2, 'w1', 'starting', 'failed: exit code 1', 'placed anew, elsewhere if it fits'],
      [3, 'w2', null, null, null],
    ],
  )
})

test('a job whose instance ends again and again, here or elsewhere, says so', () => {
  const history = failing()
  const instance = history.instance(ID)
  const said = (now: number) => crashLoopsOf(describeJobDetail(instance.task.job), [describeInstance(instance)], now)
  assert.is(said(history.time), 'web.api.0 placed anew 1x after it failed on w1')
  history.add(on(ID, 'w2', 3, instance.placedSeq).started())
  assert.is.not(said(history.time), null, 'it has not run for long yet')
  assert.is(said(history.time + 120_000), null)
})

test.run()
