import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { given } from '../testing/given'
import { aJob, on, registered, stopAsked, submitted } from '../testing/happenings'
import { MAX_SUBMISSIONS } from './index'

const of = (replicas: number, image = 'busybox:1') => aJob({ tasks: [{ replicas, image }] })
const run = (id: string, version = 1) => [on(id).scheduled(version), on(id).started()]
const twoRunning = () => given(registered(), submitted(of(2)), ...run('web.api.0'), ...run('web.api.1'))
const task = (story: ReturnType<typeof given>) => story.cluster.jobs.get('web')?.tasks.get('api')

test('a submitted job has one pending instance for each replica', () => {
  assert.equal(given(submitted(of(2))).instances, { 'web.api.0': 'pending', 'web.api.1': 'pending' })
})

test('a new version with the same template keeps what runs, and adds what is missing', () => {
  const story = twoRunning().when(submitted(of(3), 2))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1', 'web.api.1': 'running w1#1', 'web.api.2': 'pending' })
  assert.equal(story.jobs, { web: 'running v2' })
  assert.is(task(story)?.outdated, 0)
})

test('a new template makes what runs outdated, one less with each that ends', () => {
  const story = twoRunning().when(submitted(of(2, 'busybox:2'), 2))
  assert.is(task(story)?.outdated, 2)
  story.when(on('web.api.0').stopAsked())
  assert.is(task(story)?.outdated, 2)
  story.when(on('web.api.0').stopped())
  assert.is(task(story)?.outdated, 1)
  assert.equal(story.instances, { 'web.api.0': 'pending', 'web.api.1': 'running w1#1' })
  story.when(on('web.api.0', 'w1', 2).scheduled(2))
  assert.is(task(story)?.outdated, 1)
  assert.is(story.instance('web.api.0').spec.image, 'busybox:2')
})

test('who finds the canaries of a paused update good does not resume it, and the reason of the pause stays', () => {
  const data = { job: 'web', version: 2 }
  const story = twoRunning().when(submitted(of(2, 'busybox:2'), 2))
  story.when({ type: 'UpdateStarted', data: { ...data, replaces: 2 } })
  story.when({ type: 'UpdatePaused', data: { ...data, reason: 'lunch' } })
  story.when({ type: 'UpdatePromoted', data: { ...data, reason: 'all is well' } })
  const { state, promoted, reason } = story.cluster.jobs.get('web')?.update ?? {}
  assert.equal([state, promoted, reason], ['paused', true, 'lunch'])
})

test('going back to the old template replaces only what had left it', () => {
  const story = twoRunning().when(submitted(of(2, 'busybox:2'), 2))
  story.when(on('web.api.0').stopped(), on('web.api.0', 'w1', 2).scheduled(2), submitted(of(2), 3))
  assert.is(task(story)?.outdated, 1)
  assert.is(task(story)?.templateVersion, 1)
  story.when(on('web.api.0', 'w1', 2).stopped(), on('web.api.0', 'w1', 3).scheduled(3))
  assert.is(task(story)?.outdated, 0)
})

test('a template that no instance has any more is a new one when it comes back', () => {
  const story = given(registered(), submitted(of(1)), submitted(of(1, 'busybox:2'), 2), submitted(of(1), 3))
  assert.is(task(story)?.templateVersion, 3)
})

test('fewer replicas stop the highest, at once where nothing is placed yet', () => {
  const story = given(registered(), submitted(of(3)), ...run('web.api.0'), ...run('web.api.1'))
  story.when(submitted(of(1), 2))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1', 'web.api.1': 'stopping w1#1', 'web.api.2': 'stopped' })
  assert.is(story.when(on('web.api.1').stopped()).instances['web.api.1'], 'stopped')
  story.when(submitted(of(3), 3))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1', 'web.api.1': 'pending', 'web.api.2': 'pending' })
})

test('more replicas again before the stop is through: the instance starts afresh when it has ended', () => {
  const story = twoRunning().when(submitted(of(1), 2), submitted(of(2), 3))
  assert.is(story.instances['web.api.1'], 'stopping w1#1')
  assert.is(story.when(on('web.api.1').stopped()).instances['web.api.1'], 'pending')
})

test('a task that a version no longer has is stopped, and starts again when it is back', () => {
  const both = aJob({ tasks: [{ name: 'api' }, { name: 'proxy' }] })
  const story = given(registered(), submitted(both), ...run('web.api.0'), ...run('web.proxy.0'))
  story.when(submitted(aJob(), 2))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1', 'web.proxy.0': 'stopping w1#1' })
  story.when(on('web.proxy.0').stopped(), submitted(both, 3))
  assert.equal(story.instances, { 'web.api.0': 'running w1#1', 'web.proxy.0': 'pending' })
})

test('a stopped job ends what is pending at once and asks what is placed', () => {
  const story = given(registered(), submitted(of(2)), ...run('web.api.0')).when(stopAsked())
  assert.equal(story.instances, { 'web.api.0': 'stopping w1#1', 'web.api.1': 'stopped' })
  assert.equal(story.jobs, { web: 'stopping v1' })
  story.when(on('web.api.0').stopped(), { type: 'JobStopped', data: { job: 'web', version: 1 } })
  assert.equal(story.jobs, { web: 'stopped v1' })
  assert.equal(story.workers, { w1: 'ready' })
  assert.equal(story.ignored, { stale: 0, illegal: 0 })
})

test('submitted again after a stop, everything starts anew, with later attempts', () => {
  const story = given(registered(), submitted(), ...run('web.api.0'), stopAsked(), on('web.api.0').stopped())
  story.when({ type: 'JobStopped', data: { job: 'web', version: 1 } }, submitted(aJob(), 2))
  assert.equal(story.instances, { 'web.api.0': 'pending' })
  story.when(on('web.api.0').scheduled(2))
  assert.equal(story.instances, { 'web.api.0': 'pending' }, 'attempt 1 was already')
  story.when(on('web.api.0', 'w1', 2).scheduled(2))
  assert.equal(story.instances, { 'web.api.0': 'scheduled w1#2' })
})

const batch = () => aJob({ kind: 'batch', tasks: [{ replicas: 2 }] })
const ended = () =>
  given(registered(), submitted(batch()), ...run('web.api.0'), ...run('web.api.1')).when(
    on('web.api.0').completed(),
    on('web.api.1').failed(),
  )

test('submitted again after it failed as a whole, a batch job runs all of its instances', () => {
  const story = ended().when({ type: 'JobFailed', data: { job: 'web', version: 1, failed: 1, reason: null } })
  assert.equal(story.jobs, { web: 'failed v1' })
  story.when(submitted(batch(), 2))
  assert.equal(story.instances, { 'web.api.0': 'pending', 'web.api.1': 'pending' })
})

test('submitted again while it runs, a batch job runs what failed and leaves what is done', () => {
  const story = ended().when(submitted(batch(), 2))
  assert.equal(story.instances, { 'web.api.0': 'completed', 'web.api.1': 'pending' })
})

test('a new template runs what an older one had completed, also if that ended after the submit', () => {
  const next = aJob({ kind: 'batch', tasks: [{ replicas: 2, image: 'busybox:2' }] })
  const story = given(registered(), submitted(batch()), ...run('web.api.0'), ...run('web.api.1'))
  story.when(on('web.api.0').completed(), submitted(next, 2), on('web.api.1').completed())
  assert.equal(story.instances, { 'web.api.0': 'pending', 'web.api.1': 'pending' })
})

test('an attempt that fails after its template was replaced does not hold the new one up', () => {
  const story = given(registered(), submitted(of(1)), ...run('web.api.0'))
  story.when(submitted(of(1, 'busybox:2'), 2), on('web.api.0').failed())
  assert.equal(story.instances, { 'web.api.0': 'pending' })
})

test('an end of another version than the current one is ignored', () => {
  const story = ended().when(submitted(batch(), 2), { type: 'JobCompleted', data: { job: 'web', version: 1 } })
  assert.equal(story.jobs, { web: 'running v2' })
  assert.is(story.ignored.illegal, 1)
})

test('a version that is not newer, and a spec under another name, are ignored', () => {
  const story = twoRunning().when(submitted(of(5), 1))
  story.when({ type: 'JobSubmitted', data: { job: 'web', version: 2, reason: null, spec: aJob({ name: 'other' }) } })
  assert.equal(story.jobs, { web: 'running v1' })
  assert.is(story.ignored.illegal, 2)
  assert.is(story.cluster.jobs.get('web')?.seq, story.cluster.seq)
})

test('a placement of an older version is ignored', () => {
  const story = given(registered(), submitted(), submitted(aJob(), 2), on('web.api.0').scheduled(1))
  assert.equal(story.instances, { 'web.api.0': 'pending' })
  assert.is(story.ignored.illegal, 1)
})

test('an instance that was turned down may go there again once the job asks for something else', () => {
  const story = given(registered(), submitted(of(1)), on('web.api.0').scheduled(), on('web.api.0').rejected())
  assert.equal(story.instance('web.api.0').rejectedBy, ['w1'])
  assert.equal(story.when(submitted(of(1, 'busybox:2'), 2)).instance('web.api.0').rejectedBy, [])
})

test('an instance that was turned down may go there again once a restart is asked for', () => {
  const story = given(registered(), submitted(of(1)), on('web.api.0').scheduled(), on('web.api.0').rejected())
  story.when({ type: 'JobRestartRequested', data: { job: 'web', task: null, index: null, reason: null } })
  assert.equal([story.instances, story.instance('web.api.0').rejectedBy], [{ 'web.api.0': 'pending' }, []])
})

test('so may one that runs elsewhere by then', () => {
  const story = given(registered(), registered('w2'), submitted(of(1)), on('web.api.0').scheduled())
  const next = on('web.api.0', 'w2', 2)
  story.when(on('web.api.0').rejected(), next.scheduled(), next.started())
  story.when({ type: 'JobRestartRequested', data: { job: 'web', task: null, index: null, reason: null } })
  assert.equal([story.instances, story.instance('web.api.0').rejectedBy], [{ 'web.api.0': 'running w2#2' }, []])
})

test('a restart keeps the worker and its resources, and counts', () => {
  const story = given(registered(), submitted(), ...run('web.api.0'))
  story.when(on('web.api.0').exited(3), on('web.api.0', 'w1', 2).restarting(1))
  const { restarts, notBefore, since, exit } = story.instance('web.api.0')
  assert.equal({ restarts, wait: notBefore - since, code: exit?.exitCode }, { restarts: 1, wait: 1_000, code: 3 })
  assert.equal(story.instances, { 'web.api.0': 'starting w1#2' })
  assert.equal(story.workers, { w1: 'ready, 500m for web.api.0' })
  story.when(on('web.api.0', 'w1', 2).started(), on('web.api.0', 'w1', 3).restarting())
  assert.equal(story.instances, { 'web.api.0': 'running w1#2' }, 'a restart follows an exit')
})

test('facts that cross a stop leave it standing', () => {
  const story = given(registered(), submitted(), on('web.api.0').scheduled(), on('web.api.0').stopAsked('replaced'))
  story.when(on('web.api.0').pulling(), on('web.api.0').started(), on('web.api.0').exited())
  assert.equal(story.instances, { 'web.api.0': 'stopping w1#1' })
  assert.is(story.instance('web.api.0').reason, 'replaced')
  assert.is(story.instance('web.api.0').container, 'c1')
})

test('of very many submissions the first and the latest are kept, and the job goes on as before', () => {
  const story = given(registered())
  for (let version = 1; version <= 250; version += 1) story.when(submitted(aJob(), version))
  const { history, version } = story.cluster.jobs.get('web') ?? { history: [], version: 0 }
  assert.equal([version, history.length], [250, MAX_SUBMISSIONS])
  assert.equal([history[0]?.seq, history[1]?.version, history.at(-1)?.version], [2, 152, 250])
})

test.run()
