import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeJob } from '#libs/cluster'
import { aJob } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { renderJobs } from './job'

const states = ({ cluster }: History): readonly (string | undefined)[] =>
  renderJobs([...cluster.jobs.values()].map(describeJob), { now: 0, zone: 'UTC', colours: createColors(false) })
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ +/)[2])

test('a job of which nothing has a place yet is pending, and runs once something of it has', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob({ tasks: [{ replicas: 2 }] }))
  assert.equal(states(history), ['pending'])
  history.schedule('web.api.0', 'w1')
  assert.equal(states(history), ['running'])
  history.add(history.on('web.api.0').lost())
  assert.equal(states(history), ['pending'])
})

test('a batch job of which the first have completed runs, though the others wait', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob({ name: 'sum', kind: 'batch', tasks: [{ replicas: 2 }] }))
  history.schedule('sum.api.0', 'w1')
  history.add(history.on('sum.api.0').started())
  history.add(history.on('sum.api.0').exited())
  history.add(history.on('sum.api.0').completed())
  assert.equal(states(history), ['running'])
})

test.run()
