import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeWorker } from '#libs/cluster'
import { History } from '../../libs/testing/history'
import { listed } from './worker'

test('a worker that was given up is listed only where all are, and again once it has come back', () => {
  const history = new History()
  for (const name of ['w1', 'w2']) history.register(name)
  const names = (all: boolean) => listed([...history.cluster.workers.values()].map(describeWorker), all).map(nameOf)
  history.add({ type: 'WorkerLeft', data: { worker: 'w2' } })
  assert.equal(names(false), ['w1', 'w2'])
  history.add({ type: 'WorkerForgotten', data: { worker: 'w2', reason: null } })
  assert.equal([names(false), names(true)], [['w1'], ['w1', 'w2']])
  history.register('w2')
  assert.equal(names(false), ['w1', 'w2'])
})

const nameOf = ({ name }: { readonly name: string }): string => name

test.run()
