import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import { DEFAULT_UPDATE, type JobSpec, type TaskSpec, type UpdateSpec } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore } from '.'

type Story = CoreStory<ManagerView>

/** A service of `replicas`, whose containers are of version `v`. */
const version = (v: number, update: Partial<UpdateSpec> = {}, replicas = 3): JobSpec =>
  aJob({ tasks: [{ replicas, env: { V: String(v) }, update: { ...DEFAULT_UPDATE, ...update } }] })

/** The service runs in version 1, healthy, and version 2 of it was submitted. */
const updating = (
  update: Partial<UpdateSpec> = {},
  replicas = 3,
  next: JobSpec = version(2, update, replicas),
): Story => {
  const story = new CoreStory(managerCore())
  story.given(registered('w1'), registered('w2'), submitted(version(1, update, replicas)))
  story.core.lead(story.view, story.now)
  for (let index = 0; index < replicas; index += 1) up(story, index)
  story.settle()
  return story.pass(60_000).given(submitted(next, 2))
}

const id = (index: number): string => `web.api.${index}`

/** Places the instance and starts it, as its next attempt. */
const up = (story: Story, index: number, worker = 'w1'): void => {
  const { attempt, task } = story.log.instance(id(index))
  const next = on(id(index), worker, attempt + 1)
  story.given(next.scheduled(task.job.version), next.started())
}

/** The old attempt of the instance stops, and the next one runs. */
const replaced = (story: Story, index: number): void => {
  story.given(story.log.on(id(index)).stopped())
  up(story, index)
}

const said = (story: Story, ...happened: readonly Happened[]): string[] =>
  inShort(
    story
      .given(...happened)
      .settle()
      .filter(isNews),
  )

/** What is said when so long nothing happens but time. */
const after = (story: Story, ms: number): string[] => {
  const all: Draft[] = [...story.settle().filter(isNews)]
  for (let passed = 0; passed < ms; passed += 500) all.push(...story.pass(500).settle().filter(isNews))
  return inShort(all)
}

const isNews = ({ type }: Draft): boolean => !type.startsWith('Worker')

const STARTED = 'UpdateStarted web'
const stops = (index: number): string => `TaskStopRequested ${id(index)} on w1`

test('a job that takes no decisions is not looked at again and again once its time is up', () => {
  const story = updating({ progressDeadlineMs: 30_000 })
  said(story)
  const error = { tag: 'UnknownVersion', detail: 'version 99' } as const
  const seq = story.log.entries.length + 1
  story.log.entries.push({ seq, event: { type: 'Unreadable', path: 'events.job.web.X', error } })
  assert.equal(after(story.fold(), 60_000), ['EventQuarantined'])
})

test('an update replaces one instance at a time, each once the one before is healthy', () => {
  const story = updating()
  assert.equal(said(story), [STARTED, stops(0)])
  replaced(story, 0)
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(1)]])
  replaced(story, 1)
  assert.equal(after(story, 10_000), [stops(2)])
  replaced(story, 2)
  assert.equal(after(story, 10_000), ['UpdateSucceeded web'])
  assert.equal(after(story, 60_000), [])
})

test('as many as `maxParallel` are replaced at once, and one that comes up makes room for the next', () => {
  const story = updating({ maxParallel: 2 }, 4)
  assert.equal(said(story), [STARTED, stops(0), stops(1)])
  replaced(story, 1)
  assert.equal(after(story, 10_000), [stops(2)])
})

test('a new instance that ends before it is healthy begins anew', () => {
  const story = updating()
  story.settle()
  replaced(story, 0)
  assert.equal(after(story, 9_000), [])
  story.given(story.log.on(id(0)).exited(), on(id(0), 'w1', 3).restarting(), on(id(0), 'w1', 3).started())
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(1)]])
})

test('start-first places the next one beside the old, which stops once that is healthy', () => {
  const story = updating({ order: 'start-first' })
  assert.equal(said(story), [STARTED, `TaskReplaceRequested ${id(0)} on w1`])
  up(story, 0, 'w2')
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(0), `TaskReplaceRequested ${id(1)} on w1`]])
  story.given(on(id(0), 'w1', 1).stopped())
  assert.equal(story.log.instance(id(0)).retiring, null)
})

test('what does not run anyway is replaced first, and waits for nothing', () => {
  const story = updating({ order: 'start-first' })
  assert.equal(said(story, story.log.on(id(1)).exited()), [STARTED, stops(1)])
})

test('an update succeeds only when the last of the old ones is gone', () => {
  const story = updating({ order: 'start-first' }, 1)
  story.settle()
  up(story, 0, 'w2')
  assert.equal(after(story, 20_000), [stops(0)])
  assert.equal(said(story, on(id(0), 'w1', 1).stopped()), ['UpdateSucceeded web'])
})

test('an instance that fails for good fails the update, which goes no further', () => {
  const story = updating()
  story.settle()
  replaced(story, 0)
  assert.equal(said(story, story.log.on(id(0)).failed()), ['UpdateFailed web'])
  assert.match(story.log.cluster.jobs.get('web')?.update?.reason ?? '', 'web.api.0 failed: exit code 1')
  assert.equal(after(story, 60_000), ['TaskRescheduled web.api.0 on w1'], 'it is tried again all the same')
})

/** The engine of its worker could not start the instance, nor when it was tried again. */
const cannotStart = (story: Story, index: number, worker: string): void => {
  const { attempt, task } = story.log.instance(id(index))
  const next = on(id(index), worker, attempt + 1)
  const again = on(id(index), worker, attempt + 2)
  story.given(next.scheduled(task.job.version), again.restarting(), again.failed())
}

test('an instance that a worker cannot start is tried on another one, and the update waits for it', () => {
  const story = updating({ autoRevert: true })
  story.settle()
  story.given(story.log.on(id(0)).stopped())
  cannotStart(story, 0, 'w1')
  assert.equal(after(story, 30_000), ['TaskRescheduled web.api.0 on w1'])
  up(story, 0, 'w2')
  assert.equal(after(story, 10_000), [stops(1)])
})

test('an instance that no worker can start fails the update once that has been without progress for too long', () => {
  const story = updating({ healthyDeadlineMs: 20_000, progressDeadlineMs: 60_000 })
  story.settle()
  story.given(story.log.on(id(0)).stopped())
  cannotStart(story, 0, 'w1')
  assert.equal(after(story, 30_000), ['TaskRescheduled web.api.0 on w1'])
  cannotStart(story, 0, 'w2')
  assert.equal([after(story, 29_500), after(story, 500)], [[], ['UpdateFailed web']])
  const reason = 'no instance became healthy for too long; web.api.0: exit code 1'
  assert.is(story.log.cluster.jobs.get('web')?.update?.reason, reason)
})

test('an instance that cannot be started and will not be placed anew fails the update at once', () => {
  const reschedule = { attempts: 0, delayMs: 30_000, backoff: 2, maxDelayMs: 3_600_000 }
  const [task] = version(2).tasks
  const story = updating({}, 3, aJob({ tasks: [{ ...task, reschedule }] }))
  story.settle()
  story.given(story.log.on(id(0)).stopped())
  cannotStart(story, 0, 'w1')
  assert.equal(said(story), ['UpdateFailed web'])
})

test('an instance that is not healthy in time fails the update', () => {
  const story = updating({ healthyDeadlineMs: 20_000 })
  story.settle()
  story.given(story.log.on(id(0)).stopped(), on(id(0), 'w1', 2).scheduled(2))
  assert.equal([after(story, 19_500), after(story, 500)], [[], ['UpdateFailed web']])
  assert.match(story.log.cluster.jobs.get('web')?.update?.reason ?? '', 'web.api.0 was not healthy')
})

test('an update without progress for too long has failed, though nothing is to blame', () => {
  const story = updating({ healthyDeadlineMs: 20_000, progressDeadlineMs: 30_000 })
  story.settle()
  story.given(story.log.on(id(0)).stopped())
  assert.equal([after(story, 29_500), after(story, 500)], [[], ['UpdateFailed web']])
})

test('a failed update goes back by itself, where asked for: what was not replaced yet stays as it is', () => {
  const story = updating({ autoRevert: true })
  story.settle()
  replaced(story, 0)
  assert.equal(said(story, story.log.on(id(0)).failed()), ['UpdateFailed web', 'JobReverted web'])
  const job = story.log.cluster.jobs.get('web')
  assert.equal([job?.version, job?.spec.tasks[0]?.env, job?.stable?.version], [3, { V: '1' }, 1])
  assert.equal(story.log.instance(id(0)).state, 'pending')
  up(story, 0)
  assert.equal(after(story, 60_000), [], 'nothing was outdated any more')
})

test('a failed update of which some instances are left in place is replaced back', () => {
  const story = updating({ autoRevert: true, healthyDeadlineMs: 20_000 })
  story.settle()
  replaced(story, 0)
  assert.equal(after(story, 10_000), [stops(1)])
  story.given(story.log.on(id(1)).stopped(), on(id(1), 'w1', 2).scheduled(2))
  assert.equal(after(story, 20_000), ['UpdateFailed web', 'JobReverted web', STARTED, stops(1)])
  replaced(story, 1)
  assert.equal(after(story, 10_000), [stops(0)])
  replaced(story, 0)
  assert.equal(after(story, 10_000), ['UpdateSucceeded web'])
})

test('a revert that fails as well stays where it is', () => {
  const story = updating({ autoRevert: true })
  story.settle()
  replaced(story, 0)
  replacedAll(story)
  story.given(submitted(version(3, { autoRevert: true }), 3))
  story.settle()
  replaced(story, 0)
  assert.equal(said(story, story.log.on(id(0)).failed()), ['UpdateFailed web', 'JobReverted web'])
  up(story, 0)
  assert.equal(said(story, story.log.on(id(0)).failed()), [])
})

const replacedAll = (story: Story): void => {
  for (const index of [1, 2]) {
    after(story, 10_000)
    replaced(story, index)
  }
  assert.equal(after(story, 10_000), ['UpdateSucceeded web'])
}

test('the canaries go first, the others once they are promoted', () => {
  const story = updating({ canary: 1, maxParallel: 2 })
  assert.equal(said(story), [STARTED, stops(0)])
  replaced(story, 0)
  assert.equal(after(story, 3_600_000), [], 'waiting for a person is no want of progress')
  const promoted: Draft = { type: 'UpdatePromoted', data: { job: 'web', version: 2, reason: null } }
  assert.equal(said(story, promoted), [stops(1), stops(2)])
})

test('healthy canaries are promoted by themselves, where asked for', () => {
  const story = updating({ canary: 1, maxParallel: 2, autoPromote: true })
  story.settle()
  replaced(story, 0)
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(1), stops(2)]])
})

test('a canary that never becomes healthy is taken back at once: what was good before needs no canaries', () => {
  const story = updating({ canary: 1, autoRevert: true, healthyDeadlineMs: 30_000 })
  story.settle()
  story.given(story.log.on(id(0)).stopped(), on(id(0), 'w1', 2).scheduled(2))
  assert.equal(after(story, 30_000), ['UpdateFailed web', 'JobReverted web', STARTED, stops(0)])
})

test('who goes back from a canary by hand has nothing to promote', () => {
  const story = updating({ canary: 1 })
  story.settle()
  replaced(story, 0)
  const data = { job: 'web', version: 3, to: 1, reason: null, spec: version(1, { canary: 1 }) }
  assert.equal(said(story, { type: 'JobReverted', data }), [STARTED])
  assert.equal(after(story, 10_000), [stops(0)])
})

test('what waits for the canaries of another version is still rid of its former attempt', () => {
  const beside = { order: 'start-first', minHealthyMs: 0 } as const
  const story = updating(beside)
  const replaces = (index: number, worker: string): string => `TaskReplaceRequested ${id(index)} on ${worker}`
  assert.equal(said(story), [STARTED, replaces(0, 'w1')])
  up(story, 0, 'w2')
  assert.equal(said(story), [stops(0), replaces(1, 'w1')])
  story.given(on(id(0), 'w1', 1).stopped())
  up(story, 1, 'w2')
  assert.equal(said(story, submitted(version(3, { ...beside, canary: 1 }), 3)), [STARTED, stops(1), replaces(0, 'w2')])
})

test('a paused update lets what was begun come to its end, and goes on when it is resumed', () => {
  const story = updating({ order: 'start-first' })
  story.settle()
  story.given({ type: 'UpdatePaused', data: { job: 'web', version: 2, reason: null } })
  up(story, 0, 'w2')
  assert.equal(after(story, 3_600_000), [stops(0)])
  story.given(on(id(0), 'w1', 1).stopped())
  const resumed: Draft = { type: 'UpdateResumed', data: { job: 'web', version: 2, reason: null } }
  assert.equal(said(story, resumed), [`TaskReplaceRequested ${id(1)} on w1`])
})

test('a version submitted in the middle supersedes the update, and goes back to the last good one if it fails', () => {
  const story = updating({ autoRevert: true })
  story.settle()
  replaced(story, 0)
  assert.equal(said(story, submitted(version(3, { autoRevert: true }), 3)), [STARTED, stops(0)])
  replaced(story, 0)
  said(story, story.log.on(id(0)).failed())
  assert.equal(story.log.cluster.jobs.get('web')?.spec.tasks[0]?.env, { V: '1' })
})

test('a superseded successor that is not healthy yet gives way, and the first attempt goes on until the last is', () => {
  const story = updating({ order: 'start-first' }, 1)
  story.settle()
  up(story, 0, 'w2')
  assert.equal(said(story, submitted(version(3, { order: 'start-first' }, 1), 3)), [
    STARTED,
    `TaskStopRequested ${id(0)} on w2`,
  ])
  story.given(on(id(0), 'w2', 2).stopped())
  up(story, 0, 'w2')
  assert.equal(after(story, 10_000), [stops(0)])
  assert.equal(said(story, on(id(0), 'w1', 1).stopped()), ['UpdateSucceeded web'])
})

test('a version that is stop-first ends what its predecessor would have kept beside a successor without a place', () => {
  const story = updating({ order: 'start-first', maxParallel: 2 })
  story.settle()
  story.given(submitted(version(3, { order: 'stop-first', maxParallel: 1 }), 3))
  assert.equal(after(story, 30_000), [STARTED, stops(0)], 'as many as may be down, of the two that wait')
  story.given(on(id(0), 'w1', 1).stopped())
  up(story, 0)
  assert.equal(after(story, 10_000), [stops(1)])
})

test('so does one that changes nothing but the order', () => {
  const story = updating({ order: 'start-first' }, 1)
  story.settle()
  assert.equal(said(story, submitted(version(2, { order: 'stop-first' }, 1), 3)), [stops(0)])
  assert.equal(said(story, on(id(0), 'w1', 1).stopped()), [])
})

test('a former attempt that does not serve is missed by nobody, and ends at once', () => {
  const story = updating({ order: 'start-first' }, 1)
  story.settle()
  story.given(on(id(0), 'w1', 1).unhealthy())
  assert.equal(said(story, submitted(version(2, { order: 'stop-first' }, 1), 3)), [stops(0)])
})

test('a change of replicas, or of how it is updated, replaces nothing', () => {
  for (const next of [version(1, {}, 2), version(1, { maxParallel: 3 })]) {
    assert.equal(said(updating({}, 3, next)), [])
  }
})

test('more replicas in the middle of an update are no other update, and its failure is still one', () => {
  const story = updating({ autoRevert: true })
  story.settle()
  replaced(story, 0)
  assert.equal(said(story, submitted(version(2, { autoRevert: true }, 4), 3)), [STARTED])
  assert.is(story.log.cluster.jobs.get('web')?.stable?.version, 1)
})

test('a task that was not changed neither waits nor fails the update of another', () => {
  const job = (v: number): JobSpec => {
    const tasks: Partial<TaskSpec>[] = [{ env: { V: String(v) } }, { name: 'side' }]
    return aJob({ tasks })
  }
  const story = new CoreStory(managerCore())
  story.given(registered('w1'), submitted(job(1)))
  story.core.lead(story.view, story.now)
  up(story, 0)
  const side = on('web.side.0')
  story.given(side.scheduled(), side.started(), submitted(job(2), 2))
  assert.equal(said(story), [STARTED, stops(0)])
  replaced(story, 0)
  story.given(side.failed())
  assert.equal(after(story, 10_000), ['UpdateSucceeded web'])
})

test('a new leader takes its time to find an instance healthy, whatever the clocks of the log say', () => {
  const story = updating()
  story.settle()
  replaced(story, 0)
  story.pass(9_000).settle()
  story.log.time += 3_600_000
  story.core.lead(story.view, story.now)
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(1)]])
})

const restartAsked = (task: string | null = null, index: number | null = null): Draft => ({
  type: 'JobRestartRequested',
  data: { job: 'web', task, index, reason: null },
})

/** The service runs in version 1, healthy. */
const running = (update: Partial<UpdateSpec> = {}): Story => {
  const story = new CoreStory(managerCore())
  story.given(registered('w1'), registered('w2'), submitted(version(1, update)))
  story.core.lead(story.view, story.now)
  for (let index = 0; index < 3; index += 1) up(story, index)
  story.settle()
  return story.pass(60_000)
}

test('a restart replaces the containers one by one, by the settings of an update, without another version', () => {
  const story = running({ minHealthyMs: 0, canary: 1 })
  assert.equal(said(story, restartAsked()), [stops(0)])
  replaced(story, 0)
  assert.equal(said(story), [stops(1)])
  replaced(story, 1)
  assert.equal(said(story), [stops(2)])
  replaced(story, 2)
  assert.equal(said(story), ['UpdateSucceeded web'])
  const job = story.view.cluster.jobs.get('web')
  assert.equal([job?.version, job?.update?.state, job?.tasks.get('api')?.outdated], [1, 'succeeded', 0])
})

test('who is not up for long enough is replaced again before one that is', () => {
  const story = running({ minHealthyMs: 10_000 })
  assert.equal(after(story.given(restartAsked('api', 1)), 10_000), [stops(1)])
  replaced(story, 1)
  story.settle()
  assert.equal(said(story.pass(1_000), restartAsked()), [stops(1)])
  replaced(story, 1)
  assert.equal([after(story, 9_500), after(story, 500)], [[], [stops(0)]])
})

test('a restart of one instance leaves the others alone', () => {
  const story = running({ minHealthyMs: 0 })
  assert.equal(said(story, restartAsked('api', 1)), [stops(1)])
  replaced(story, 1)
  assert.equal(said(story), ['UpdateSucceeded web'])
})

test('of several that came up a moment ago none is moved before the others are up for long enough', () => {
  const story = running({ minHealthyMs: 10_000 })
  assert.equal(after(story.given(restartAsked('api', 1)), 10_000), [stops(1)])
  replaced(story, 1)
  assert.equal(after(story, 5_000), [])
  story.given(story.log.on(id(0)).exited(), on(id(0), 'w1', 2).restarting(), on(id(0), 'w1', 2).started())
  assert.equal([after(story.given(restartAsked()), 4_500), after(story, 500)], [[], [stops(0)]])
})

test('a restart that fails goes back to no other version', () => {
  const story = updating({ minHealthyMs: 0, autoRevert: true })
  for (const index of [0, 1, 2]) {
    story.settle()
    replaced(story, index)
  }
  assert.equal(said(story), ['UpdateSucceeded web'])
  assert.equal(said(story, restartAsked('api', 0)), [stops(0)])
  const again = on(id(0), 'w1', 3)
  story.given(story.log.on(id(0)).stopped(), again.scheduled(2), again.started(), again.failed())
  assert.equal(said(story), ['UpdateFailed web'])
  assert.equal(said(story), [])
})

test('what restarts and is then submitted otherwise becomes what was submitted, once', () => {
  const story = running({ minHealthyMs: 0 })
  said(story, restartAsked())
  assert.equal(said(story, submitted(version(2, { minHealthyMs: 0 }), 2)), ['UpdateStarted web'])
  for (const index of [0, 1, 2]) {
    replaced(story, index)
    story.settle()
  }
  assert.is(story.view.cluster.jobs.get('web')?.tasks.get('api')?.outdated, 0)
  assert.is(story.view.cluster.jobs.get('web')?.stable?.version, 1)
})

test.run()
