import picocolors from 'picocolors'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cluster, emptyCluster, evolve, ignoreChanges, type Job } from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'
import { DEFAULT_UPDATE, type JobKind, type TaskSpec, type UpdateSpec } from '#libs/spec'
import { CURRENT, ofPlacement } from '../../libs/testing/happenings'
import { progressLines } from '../render/progress'
import { judgeStart, judgeStop, judgeWait, stallWatch, wantedOf } from './verdict'

const start = Date.parse('2026-03-01T12:00:00Z')
const look = { now: start + 60_000, zone: 'UTC', colours: picocolors.createColors(false) }

const task = (name: string, replicas: number): TaskSpec => ({
  name,
  driver: 'simulated',
  env: {},
  replicas,
  resources: { cpuMilli: 1, memoryBytes: 1, diskBytes: 0 },
  ports: [],
  restart: { policy: 'never', attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 },
  stop: { signal: 'SIGTERM', graceMs: 1000 },
})

const submitted = (
  version: number,
  replicas: number,
  kind: JobKind = 'service',
  update: Partial<UpdateSpec> = {},
): Draft => {
  const tasks = [{ ...task('api', replicas), update: { ...DEFAULT_UPDATE, ...update } }]
  return { type: 'JobSubmitted', data: { job: 'web', version, reason: null, spec: { name: 'web', kind, tasks } } }
}
const place = (index: number) => ({ job: 'web', task: 'api', index, worker: 'w1', attempt: 1 })
const ref = (index: number) => ({ ...place(index), placement: CURRENT })
const scheduled = (index: number, version = 1): Draft => ({
  type: 'TaskScheduled',
  data: { ...place(index), version, policy: 'spread', asOf: 0, ports: [] },
})
const started = (index: number): Draft => ({
  type: 'TaskStarted',
  data: { ...ref(index), container: 'c', ports: [], checked: false },
})
const failed = (index: number): Draft => ({
  type: 'TaskFailed',
  data: { ...ref(index), reason: 'exit code 1', exitCode: 1 },
})
const completed = (index: number): Draft => ({ type: 'TaskCompleted', data: ref(index) })

const registered: Draft = {
  type: 'WorkerRegistered',
  data: {
    worker: 'w1',
    capacity: { cpuMilli: 9, memoryBytes: 9, diskBytes: 9 },
    labels: {},
    drivers: ['simulated'],
    engines: {},
    devices: {},
    platform: {},
    overcommit: {},
    portSpaces: [],
    version: '0',
    host: 'h',
  },
}

const after = (...drafts: readonly Draft[]): Job => {
  const cluster: Cluster = emptyCluster()
  for (const [n, told] of [registered, ...drafts].entries()) {
    const draft = ofPlacement(told, cluster)
    const event = stamp(draft, { id: `${n}`, source: 'manager/m1', time: start + (n - 1) * 1000, epoch: 1 })
    evolve(cluster, { seq: n + 1, event }, ignoreChanges)
  }
  const job = cluster.jobs.get('web')
  if (job === undefined) throw new Error('no job')
  return job
}

const test = suite('verdict')

test('a service is up when every instance it wants runs', () => {
  assert.is(judgeStart(after(submitted(1, 2), scheduled(0), started(0), scheduled(1)), 1).tag, 'Going')
  assert.is(judgeStart(after(submitted(1, 2), scheduled(0), started(0), scheduled(1), started(1)), 1).tag, 'Running')
})

test('a service that shrinks is followed until what it has no use for has ended', () => {
  const shrunk = [submitted(1, 2), scheduled(0), started(0), scheduled(1), started(1), submitted(2, 1)]
  assert.is(judgeStart(after(...shrunk), 2).tag, 'Going')
  const ended: Draft = { type: 'TaskStopped', data: { ...ref(1), exitCode: 0, signal: null, reason: null } }
  assert.is(judgeStart(after(...shrunk, ended), 2).tag, 'Running')
})

test('what does not come up within its progress deadline is stalled, counted from the last that came up', () => {
  const minutes = 60_000
  const none = after(submitted(1, 2), scheduled(0), scheduled(1))
  const one = after(submitted(1, 2), scheduled(0), started(0), scheduled(1))
  const watch = stallWatch(0)
  assert.is(watch(none, 9 * minutes).tag, 'Going')
  assert.is(watch(one, 9 * minutes).tag, 'Going')
  assert.is(watch(one, 18 * minutes).tag, 'Going')
  const verdict = watch(one, 19 * minutes)
  assert.equal(verdict.tag === 'Stalled' && [verdict.moving.map(({ index }) => index), verdict.afterMs], [[1], 600_000])
  assert.is(stallWatch(0)(none, 10 * minutes).tag, 'Stalled')
})

test('a batch job may run as long as it likes', () => {
  const ran = after(submitted(1, 2, 'batch'), scheduled(0), started(0), scheduled(1))
  assert.is(stallWatch(0)(ran, 10 ** 9).tag, 'Going')
})

test('who waits for what the attempt before has gets it where that one is stopped first', () => {
  const replaced: Draft = { type: 'TaskReplaceRequested', data: { ...ref(0), reason: 'replaced by version 2' } }
  const begun = [submitted(1, 1), scheduled(0), started(0), replaced]
  assert.is(judgeStart(after(...begun), 1).tag, 'Going')
  const beside: Draft = submitted(2, 1, 'service', { order: 'start-first' })
  assert.is(judgeStart(after(...begun, beside), 2).tag, 'Pending')
})

test('a failed instance counts only when nothing else moves any more', () => {
  const down = [submitted(1, 2), scheduled(0), failed(0), scheduled(1)]
  assert.is(judgeStart(after(...down), 1).tag, 'Going')
  const verdict = judgeStart(after(...down, started(1)), 1)
  assert.equal(verdict.tag === 'Failed' && verdict.failed.map(({ index }) => index), [0])
})

test('while an update goes on, what has failed is for the manager to judge', () => {
  const begun: Draft = { type: 'UpdateStarted', data: { job: 'web', version: 1, replaces: 1 } }
  const down = [submitted(1, 1), scheduled(0), begun, failed(0)]
  assert.is(judgeStart(after(...down), 1).tag, 'Going')
  const given: Draft = { type: 'UpdateFailed', data: { job: 'web', version: 1, reason: 'web.api.0 failed' } }
  assert.is(judgeStart(after(...down, given), 1).tag, 'UpdateFailed')
})

test('what is pending is told together with what has failed', () => {
  const verdict = judgeStart(after(submitted(1, 2), scheduled(0), failed(0)), 1)
  assert.equal(
    verdict.tag === 'Pending' &&
      [verdict.pending, verdict.failed].map((instances) => instances.map(({ index }) => index)),
    [[1], [0]],
  )
})

test('who waits for a batch job to run need not wait until it has completed', () => {
  const ran = after(submitted(1, 1, 'batch'), scheduled(0), started(0))
  assert.equal([judgeWait(ran, 1, 'running').tag, judgeWait(ran, 1, 'completed').tag], ['Running', 'Going'])
  assert.is(judgeWait(after(submitted(1, 1, 'batch'), scheduled(0)), 1, 'running').tag, 'Going')
})

test('who waits hears that it has failed, and goes on waiting while it has no place', () => {
  assert.is(judgeWait(after(submitted(1, 1), scheduled(0), failed(0)), 1, 'running').tag, 'Failed')
  assert.is(judgeWait(after(submitted(1, 1)), 1, 'running').tag, 'Going')
  assert.is(judgeWait(after(submitted(1, 1), scheduled(0), started(0)), 1, 'stopped').tag, 'Going')
})

test('a batch job is done when the manager says so, not before', () => {
  const ran = [submitted(1, 1, 'batch'), scheduled(0), started(0)]
  assert.is(judgeStart(after(...ran), 1).tag, 'Going')
  assert.is(judgeStart(after(...ran, completed(0)), 1).tag, 'Going')
  const done: Draft = { type: 'JobCompleted', data: { job: 'web', version: 1 } }
  assert.is(judgeStart(after(...ran, completed(0), done), 1).tag, 'Completed')
  const lost: Draft = { type: 'JobFailed', data: { job: 'web', version: 1, failed: 1, reason: null } }
  assert.is(judgeStart(after(...ran, failed(0), lost), 1).tag, 'Failed')
})

test('following ends when somebody submits or stops the job meanwhile', () => {
  assert.is(judgeStart(after(submitted(1, 1), submitted(2, 2)), 1).tag, 'Overtaken')
  const stop: Draft = { type: 'JobStopRequested', data: { job: 'web', reason: null, purge: false } }
  assert.is(judgeStart(after(submitted(1, 1), stop), 1).tag, 'Overtaken')
})

test('a stop is done when the last instance has ended', () => {
  const stop: Draft = { type: 'JobStopRequested', data: { job: 'web', reason: null, purge: false } }
  const ended: Draft = { type: 'TaskStopped', data: { ...ref(0), exitCode: 0, signal: null, reason: null } }
  const stopped: Draft = { type: 'JobStopped', data: { job: 'web', version: 1 } }
  assert.is(judgeStop(after(submitted(1, 1), scheduled(0), stop, ended), 1).tag, 'Going')
  assert.is(judgeStop(after(submitted(1, 1), scheduled(0), stop, ended, stopped), 1).tag, 'Stopped')
})

test('progress is a line an instance, and beyond the limit what needs eyes first and a count of the rest', () => {
  const job = after(
    submitted(1, 5),
    scheduled(0),
    started(0),
    scheduled(1),
    started(1),
    scheduled(2),
    failed(2),
    scheduled(3),
  )
  assert.equal(progressLines(wantedOf(job), 10, look), [
    '  web.api.0  running    on w1  ',
    '  web.api.1  running    on w1  ',
    '  web.api.2  failed     on w1  exit code 1 54s',
    '  web.api.3  scheduled  on w1   53s',
    '  web.api.4  pending     1m',
  ])
  assert.equal(progressLines(wantedOf(job), 3, look), [
    '  web.api.2  failed     on w1  exit code 1 54s',
    '  web.api.4  pending     1m',
    '  and 3 more: 1 scheduled, 2 running',
  ])
})

test.run()
