import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeJob, describeJobDetail } from '#libs/cluster'
import type { JobKind } from '#libs/spec'
import { aJob } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { cronOf } from './cron'
import { renderExplain, renderJobs } from './job'

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

test('who waits for workers that turned it down is told how to have them asked again', () => {
  const look = { now: 0, zone: 'UTC', colours: createColors(false) }
  const explained = (filter: string, kind: JobKind = 'service'): string => {
    const workers = [{ worker: 'w1', fits: false, filter, detail: 'why' }] as const
    const reply = { id: 'web.api.0', kind, seq: 1, pending: true, awaits: null, policy: 'spread', workers }
    return renderExplain(reply, look)
  }
  assert.match(explained('rejected'), '`ork restart web.api.0`')
  assert.not.match(explained('rejected', 'cron'), 'ork restart')
  assert.match(explained('rejected', 'cron'), 'a worker that is started again is asked anew')
  assert.not.match(explained('cpu'), 'restart')
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

test('the schedule of a job is told with its next run', () => {
  const history = new History()
  history.submit(aJob({ name: 'tick', kind: 'cron', cron: { schedule: '0 * * * *' } }))
  const [job] = [...history.cluster.jobs.values()].map(describeJobDetail)
  if (job === undefined) throw new Error('there is no job')
  const next = cronOf(job, { now: history.time, zone: 'UTC', colours: createColors(false) }).find(
    ([name]) => name === 'Next',
  )
  assert.match(next?.[1] ?? '', /^in .* \(2026-01-01 0\d:00:00.* UTC\)$/)
})

test.run()
