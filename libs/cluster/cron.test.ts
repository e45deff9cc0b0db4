import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { TaskSpec } from '#libs/spec'
import { given, type Story } from '../testing/given'
import { aJob, fired, on, registered, runEnded, stopAsked, submitted } from '../testing/happenings'

const MINUTE = 60_000

const cronJob = (overlap: 'allow' | 'forbid' | 'replace' = 'forbid', ...tasks: readonly Partial<TaskSpec>[]) =>
  aJob({ kind: 'cron', cron: { overlap, keepRuns: 2 }, tasks: tasks.length === 0 ? [{}] : tasks })

const runs = ({ cluster }: Story): Readonly<Record<string, string>> =>
  Object.fromEntries((cluster.jobs.get('web')?.cron?.runs ?? []).map(({ id, state }) => [id, state]))

test('a cron job has no instances until a run begins, and then those of its slot', () => {
  const story = given(registered(), submitted(cronJob('forbid', { replicas: 2 })))
  assert.equal(story.instances, {})
  story.when(fired(MINUTE))
  assert.equal(story.instances, { 'web.api.0': 'pending', 'web.api.1': 'pending' })
  story.when(fired(2 * MINUTE, 'r2', 1))
  assert.equal(Object.keys(story.instances).length, 4)
  assert.equal(runs(story), { r1: 'running', r2: 'running' })
})

test('no time of a schedule counts twice, and none before one that counted', () => {
  const story = given(
    submitted(cronJob('allow')),
    fired(2 * MINUTE),
    fired(2 * MINUTE, 'r2', 1),
    fired(MINUTE, 'r3', 1),
  )
  assert.equal(runs(story), { r1: 'running' })
  assert.is(story.ignored.illegal, 2)
  story.when({ type: 'CronSkipped', data: { job: 'web', version: 1, scheduledAt: 3 * MINUTE, reason: 'odd' } })
  story.when(fired(3 * MINUTE, 'r4', 1))
  assert.is(story.ignored.illegal, 3)
})

test('a run takes no instance of another one that is under way', () => {
  const story = given(submitted(cronJob('allow', { replicas: 2 })), fired(MINUTE), fired(2 * MINUTE, 'r2', 0))
  assert.equal(runs(story), { r1: 'running' })
  assert.is(story.ignored.illegal, 1)
})

test('a run that has ended leaves its instances to be read, and its slot to a later one', () => {
  const story = given(registered(), submitted(cronJob()), fired(MINUTE))
  story.when(on('web.api.0').scheduled(), on('web.api.0').completed(), runEnded())
  assert.equal(story.instances, { 'web.api.0': 'completed' })
  assert.equal(runs(story), { r1: 'completed' })
  story.when(fired(2 * MINUTE, 'r2', 0))
  assert.equal(story.instances, { 'web.api.0': 'pending' })
  assert.is(story.instance('web.api.0').attempt, 1)
})

test('only so many runs that have ended are remembered', () => {
  const story = given(submitted(cronJob('forbid', { replicas: 0 })))
  for (let n = 1; n <= 4; n += 1) story.when(fired(n * MINUTE, `r${n}`, n), runEnded(`r${n}`, n === 4 ? 1 : 0))
  assert.equal(runs(story), { r3: 'completed', r4: 'failed' })
})

test('a run that replaces another one stops it', () => {
  const story = given(registered(), submitted(cronJob('replace')), fired(MINUTE), on('web.api.0').scheduled())
  story.when(fired(2 * MINUTE, 'r2', 1))
  assert.equal(runs(story), { r1: 'replaced', r2: 'running' })
  assert.equal(story.instances, { 'web.api.0': 'stopping w1#1', 'web.api.1': 'pending' })
})

test('a run finds in its environment what it was told, and which one it is', () => {
  const story = given(registered(), submitted(cronJob('forbid', { env: { A: '1', B: '1' } })))
  const told = fired(MINUTE, 'r1')
  story.when(
    { ...told, data: { ...told.data, params: { B: '2', C: '3' } } } as typeof told,
    on('web.api.0').scheduled(),
  )
  assert.equal(story.instance('web.api.0').spec.env, { A: '1', B: '2', C: '3', ORK_RUN: 'r1' })
})

test('what a new version changes is for later runs: those under way finish as they began', () => {
  const story = given(registered(), submitted(cronJob()), fired(MINUTE), on('web.api.0').scheduled())
  story.when(on('web.api.0').started(), submitted(cronJob('forbid', { image: 'busybox:2', replicas: 3 }), 2))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1' })
  assert.is(story.cluster.jobs.get('web')?.tasks.get('api')?.outdated, 0)
  story.when(on('web.api.0').completed(), runEnded(), fired(9 * MINUTE, 'r2', 1, 'web', 2))
  assert.is(story.instances['web.api.0'], 'completed')
  assert.is(story.instances['web.api.3'], 'pending')
})

test('a task that a new version no longer has finishes in the run that has it', () => {
  const story = given(registered(), submitted(cronJob('forbid', {}, { name: 'b' })), fired(MINUTE))
  story.when(on('web.b.0').scheduled(), submitted(cronJob(), 2))
  assert.equal(story.instances, { 'web.api.0': 'pending', 'web.b.0': 'scheduled w1#1' })
})

test('a job that is stopped ends its runs, and none begins until it is submitted again', () => {
  const story = given(registered(), submitted(cronJob()), fired(MINUTE), on('web.api.0').scheduled(), stopAsked())
  assert.equal(runs(story), { r1: 'stopped' })
  assert.equal(story.instances, { 'web.api.0': 'stopping w1#1' })
  story.when(fired(2 * MINUTE, 'r2', 1))
  assert.is(story.ignored.illegal, 1)
  story.when(on('web.api.0').stopped(), submitted(cronJob(), 2))
  assert.equal(story.instances, { 'web.api.0': 'stopped' })
  assert.equal(story.jobs, { web: 'running v2' })
})

test.run()
