import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aJob } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { renderChanges } from '../render/changes'
import { changesBetween, type Moment, momentOf } from './changes'

const now = ({ cluster, time }: History): Moment => momentOf(cluster, new Date(time).toISOString())

const said = (from: Moment, to: Moment): string[] =>
  renderChanges(changesBetween(from, to), { now: 0, zone: 'UTC', colours: createColors(false) }).split('\n')

test('between a moment and itself nothing changed', () => {
  const history = new History()
  history.register('w1')
  assert.equal(said(now(history), now(history)).slice(2), ['nothing changed'])
})

test('what came, what went and what is not as it was, each with what it was; later folds leave a moment alone', () => {
  const history = new History()
  history.register('w1')
  history.submit(aJob({ tasks: [{ replicas: 2 }] }))
  history.schedule('web.api.0', 'w1')
  history.add(history.on('web.api.0').started())
  const before = now(history)
  history.register('w2')
  history.add({ type: 'WorkerDraining', data: { worker: 'w1', deadlineMs: null, reason: null } })
  history.add({ type: 'PolicySet', data: { policy: 'binpack', seed: null, preemption: true } })
  history.add(history.on('web.api.0').lost())
  history.schedule('web.api.0', 'w2')
  const resources = { cpuMilli: 250, memoryBytes: 2 ** 27, diskBytes: 0 }
  history.submit(aJob({ tasks: [{ replicas: 1, resources }] }))
  history.submit(aJob({ name: 'db' }))
  assert.equal(said(before, now(history)), [
    'From sequence 4 (2026-01-01 00:00:00Z) to sequence 11 (2026-01-01 00:00:00Z): 7 events',
    '',
    'Jobs',
    '  + db   running, version 1',
    '  ~ web  version 1 → 2, tasks.api.replicas 2 → 1, tasks.api.resources.cpuMilli 0.5 cores → 0.25 cores, tasks.api.resources.memoryBytes 64 MiB → 128 MiB',
    '',
    'Instances',
    '  + db.api.0   pending',
    '  ~ web.api.0  running on w1, attempt 1 → scheduled on w2, attempt 2',
    '  - web.api.1  was pending',
    '',
    'Workers',
    '  ~ w1  intake open → draining',
    '  + w2  ready',
    '',
    'Cluster',
    '  ~ policy spread → binpack',
    '  ~ preemption false → true',
  ])
})

test('however many have changed, the first are told and the others counted', () => {
  const history = new History()
  const before = now(history)
  for (const name of ['web', 'db']) history.submit(aJob({ name, tasks: [{ replicas: 100_000 }] }))
  const lines = said(before, now(history))
  assert.is(lines.filter((line) => line.startsWith('  + ')).length, 42)
  assert.is(lines.at(-1), '  and 199,960 more; --json has them all')
})

test.run()
