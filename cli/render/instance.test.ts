import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeInstanceDetail, type InstanceDetail } from '#libs/cluster'
import { aJob } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { detailOf, renderInstance, renderInstances } from './instance'

const looks = (colour: boolean) => ({ now: 0, zone: 'UTC', colours: createColors(colour) })

/** A cluster with one instance, which runs on w1. */
const running = (): { readonly history: History; readonly described: () => InstanceDetail } => {
  const history = new History()
  history.register('w1')
  history.submit(aJob())
  history.schedule('web.api.0', 'w1')
  history.add(history.on('web.api.0').started())
  return { history, described: () => describeInstanceDetail(history.instance('web.api.0'), history.cluster.workers) }
}

/** Its worker as a list of instances, and as its own page show it. */
const shown = (instance: InstanceDetail, colour = false): readonly (string | undefined)[] => [
  renderInstances([instance], looks(colour), '').split('\n')[1]?.split(/ {2,}/)[2],
  renderInstance(instance, [], looks(colour)).split('\n')[3],
]

test('a worker that is silent is said to be so wherever an instance of its is shown, in its colour', () => {
  const { history, described } = running()
  assert.equal(shown(described()), ['w1', 'Worker     w1'])
  history.add({ type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } })
  assert.equal(shown(described()), ['w1 (suspected)', 'Worker     w1 (suspected)'])
  history.add({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  assert.equal(shown(described()), ['w1 (lost)', 'Worker     w1 (lost)'])
  const red = createColors(true).red('w1 (lost)')
  assert.equal(shown(described(), true), [red, `Worker     ${red}`])
  history.add({ type: 'WorkerReturned', data: { worker: 'w1' } })
  assert.equal(shown(described()), ['w1', 'Worker     w1'])
})

test('so is that of an attempt which goes on beside its successor', () => {
  const { history, described } = running()
  history.add({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  const retiring = described()
  const successor = { ...retiring, worker: null, workerState: null, state: 'pending', retiring } as const
  assert.is(detailOf(successor, looks(false)), 'attempt 1 still runs on w1 (lost)')
})

test('nothing is said of workers where a manager of an earlier release does not tell how they are', () => {
  const { history } = running()
  history.add({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  assert.equal(shown(describeInstanceDetail(history.instance('web.api.0'))), ['w1', 'Worker     w1'])
})

test.run()
