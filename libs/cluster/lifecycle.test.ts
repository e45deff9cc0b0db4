import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import { given, type Story } from '../testing/given'
import { on, registered, stopAsked, submitted } from '../testing/happenings'
import { INSTANCE_STATES, type InstanceState, isOver, isPlaced, LIFECYCLE, type StepType } from './index'

const ID = 'web.api.0'
const here = on(ID)
const unplaceable: Draft = {
  type: 'TaskUnplaceable',
  data: { job: 'web', task: 'api', index: 0, version: 1, asOf: 1, pending: 1, reasons: [] },
}

/** The shortest way into each state; `stopped` and `lost` are kept only by instances that are not wanted. */
const WAYS: Readonly<Record<InstanceState, readonly Draft[]>> = {
  pending: [],
  scheduled: [here.scheduled()],
  starting: [here.scheduled(), here.pulling()],
  running: [here.scheduled(), here.started()],
  exited: [here.scheduled(), here.started(), here.exited()],
  stopping: [here.scheduled(), here.stopAsked()],
  stopped: [here.scheduled(), stopAsked(), here.stopped()],
  completed: [here.scheduled(), here.completed()],
  failed: [here.scheduled(), here.failed()],
  lost: [here.scheduled(), stopAsked(), here.lost()],
}

/** Each step as it would come next, from whatever state. */
const stepFrom = (type: StepType, story: Story): Draft => {
  const attempt = story.instance(ID).attempt
  const now = on(ID, 'w1', attempt)
  const next = on(ID, 'w1', attempt + 1)
  const steps: Readonly<Record<StepType, Draft>> = {
    TaskUnplaceable: unplaceable,
    TaskScheduled: next.scheduled(),
    TaskRejected: now.rejected(),
    TaskPulling: now.pulling(),
    TaskHookStarted: now.hookStarted(),
    TaskHookEnded: now.hookEnded(),
    TaskStarted: now.started(),
    TaskHealthChanged: now.healthy(),
    TaskExited: now.exited(),
    TaskRestarting: next.restarting(),
    TaskReplaceRequested: now.replaceAsked(),
    TaskStopRequested: now.stopAsked(),
    TaskPreempted: now.preempted(),
    TaskStopped: now.stopped(),
    TaskCompleted: now.completed(),
    TaskFailed: now.failed(),
    TaskLost: now.lost(),
    TaskRescheduled: now.rescheduled(),
  }
  return steps[type]
}

/** An attempt that did not end by itself leaves its instance wanting the next one. */
const settled = (to: InstanceState, from: InstanceState): InstanceState =>
  to === 'stopped' || to === 'lost' || (from === 'stopping' && to !== 'stopping') ? 'pending' : to

for (const state of INSTANCE_STATES) {
  test(`${state} can be reached`, () => {
    assert.is(given(registered(), submitted(), ...WAYS[state]).instance(ID).state, state)
  })
  for (const type of Object.keys(LIFECYCLE) as StepType[]) {
    const to = LIFECYCLE[type][state]
    test(to === undefined ? `${type} is ignored while ${state}` : `${type} leads from ${state} to ${to}`, () => {
      const story = given(registered(), submitted(), ...WAYS[state])
      story.when(stepFrom(type, story))
      assert.is(story.instance(ID).state, to === undefined ? state : settled(to, state))
      assert.is(story.ignored.illegal, to === undefined ? 1 : 0)
      assert.is(story.instance(ID).seq, story.cluster.seq, 'an ignored event counts for what writers expect')
    })
  }
}

/** The instance's attempt 1 on w1 goes on while attempt 2 is placed on w2. */
const replacing = (): Story =>
  given(registered('w1'), registered('w2'), submitted(), here.scheduled(), here.started(), here.replaceAsked())

test('an attempt that is to be replaced goes on beside its successor, and both hold their place', () => {
  const story = replacing()
  assert.equal(story.instances, { [ID]: 'pending, running w1#1' })
  story.when(on(ID, 'w2', 2).scheduled(), on(ID, 'w2', 2).started())
  assert.equal(story.instances, { [ID]: 'running w2#2, running w1#1' })
  assert.equal(story.workers, { w1: `ready, 500m for ${ID}`, w2: `ready, 500m for ${ID}` })
  story.when(here.stopAsked())
  assert.equal(story.instances, { [ID]: 'running w2#2, stopping w1#1' })
  story.when(here.stopped())
  assert.equal(
    [story.instances, story.workers],
    [{ [ID]: 'running w2#2' }, { w1: 'ready', w2: `ready, 500m for ${ID}` }],
  )
  assert.is(story.ignored.illegal, 0)
})

test('two attempts on one worker reserve twice, and one when the other has ended', () => {
  const story = given(registered(), submitted(), here.scheduled(), here.started(), here.replaceAsked())
  const reserved = () => story.cluster.workers.get('w1')?.reserved.cpuMilli
  assert.is(reserved(), 500)
  story.when(on(ID, 'w1', 2).scheduled())
  assert.is(reserved(), 1_000)
  story.when(here.exited())
  assert.equal([story.instances, reserved()], [{ [ID]: 'scheduled w1#2' }, 500])
})

test('a retiring attempt that ends, in whatever way, is not restarted and takes nothing with it', () => {
  for (const end of [here.exited(), here.stopped(), here.completed(), here.failed(), here.lost()]) {
    const story = replacing().when(end)
    assert.equal([story.instances, story.workers], [{ [ID]: 'pending' }, { w1: 'ready', w2: 'ready' }])
    assert.is(story.instance(ID).task.retiring, 0)
    story.when(on(ID, 'w1', 2, 4).restarting())
    assert.equal([story.instances, story.ignored.illegal], [{ [ID]: 'pending' }, 1])
  }
})

test('an attempt is replaced only while it runs, and by one at a time', () => {
  const story = replacing().when(here.replaceAsked())
  story.when(on(ID, 'w2', 2).scheduled(), on(ID, 'w2', 2).replaceAsked(), on(ID, 'w2', 2).started())
  assert.is(story.ignored.illegal, 2)
  story.when(on(ID, 'w2', 2).replaceAsked())
  assert.equal([story.instances, story.ignored.illegal], [{ [ID]: 'running w2#2, running w1#1' }, 3])
})

test('a job that stops takes both attempts along', () => {
  const story = replacing().when(on(ID, 'w2', 2).scheduled(), stopAsked())
  assert.equal(story.instances, { [ID]: 'stopping w2#2, stopping w1#1' })
  story.when(here.stopped(), on(ID, 'w2', 2).stopped())
  assert.equal(story.instances, { [ID]: 'stopped' })
})

test('a state is placed, over, or pending, and never two of them', () => {
  for (const state of INSTANCE_STATES) {
    assert.is(Number(isPlaced(state)) + Number(isOver(state)) + Number(state === 'pending'), 1, state)
  }
})

test('what a worker says of another attempt than the current one is ignored', () => {
  const story = given(registered(), submitted(), on(ID, 'w1', 2).scheduled())
  story.when(on(ID, 'w1', 1).started(), on(ID, 'w1', 3).started(), on(ID, 'w2', 2).started())
  assert.equal(story.instances, { [ID]: 'scheduled w1#2' })
  assert.is(story.ignored.illegal, 3)
})

test('what a worker says of an earlier placement is ignored, though the attempt has the same number', () => {
  const story = given(registered(), submitted(), here.scheduled())
  const { placedSeq } = story.instance(ID)
  const [old, now] = [on(ID, 'w1', 2, placedSeq), on(ID, 'w1', 2)]
  story.when(here.lost(), now.scheduled())
  story.when(old.rejected(), old.pulling(), old.started(), old.exited(), old.stopped(), old.completed(), old.failed())
  assert.equal(story.instances, { [ID]: 'scheduled w1#2' })
  story.when(old.stopAsked(), old.lost(), now.started(), now.exited(), on(ID, 'w1', 3, placedSeq).restarting())
  assert.equal(story.instances, { [ID]: 'exited w1#2' })
  assert.is(story.ignored.illegal, 10)
})

test('an attempt is never scheduled twice', () => {
  const story = given(registered(), submitted(), here.scheduled(), here.rejected())
  story.when(here.scheduled())
  assert.equal(story.instances, { [ID]: 'pending' })
  assert.is(story.ignored.illegal, 1)
})

test('what was placed on a worker before that was seen to join is on it from then on', () => {
  const story = given(submitted(), here.scheduled())
  assert.equal([story.instances, story.workers], [{ [ID]: 'scheduled w1#1' }, {}])
  assert.equal(story.when(registered()).workers, { w1: 'ready, 500m for web.api.0' })
  assert.equal(story.when(here.failed()).workers, { w1: 'ready' })
})

test.run()
