import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RescheduleSpec, TaskSpec } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, elected, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore } from '.'

const ID = 'web.api.0'
const TWICE: RescheduleSpec = { attempts: 2, delayMs: 10_000, backoff: 3, maxDelayMs: 60_000 }

const given = (task: Partial<TaskSpec> = {}, kind: 'service' | 'batch' = 'service'): CoreStory<ManagerView> => {
  const story = new CoreStory(managerCore(NEVER_SILENT))
  story.given(elected('manager', 'm1', 1), registered('w1'), submitted(aJob({ kind, tasks: [task] })))
  story.core.lead(story.view, story.now)
  return story
}

/** Silence is not what these are about. */
const NEVER_SILENT = {
  suspectAfterMs: 1e12,
  lostAfterMs: 1e12,
  massLossShare: 2,
  massLossWindowMs: 1,
  checkEveryMs: 1e12,
  stalledAfterMs: 1e12,
}

/** It is placed, runs for so long, and fails. */
const fails = (story: CoreStory<ManagerView>, ranMs = 0): void => {
  const { attempt } = story.log.instance(ID)
  story.given(on(ID, 'w1', attempt + 1).scheduled(), on(ID, 'w1', attempt + 1).started())
  story.pass(ranMs)
  story.given(on(ID, 'w1', attempt + 1).failed())
}

test('what has failed where it was is placed anew after a wait, which grows, until its attempts are used up', () => {
  const story = given({ reschedule: TWICE })
  for (const waitMs of [10_000, 30_000]) {
    fails(story)
    assert.equal(story.settle(), [])
    assert.ok((story.wakeAt ?? 0) <= story.mono + waitMs, 'it looks again in time')
    story.pass(waitMs - 1)
    assert.equal(story.settle(), [])
    story.pass(1)
    assert.equal(inShort(story.settle()), [`TaskRescheduled ${ID} on w1`])
    assert.is(story.log.instance(ID).state, 'pending')
  }
  assert.equal(story.log.instance(ID).avoids, ['w1'])
  fails(story)
  assert.equal(story.pass(86_400_000).settle(), [])
  assert.is(story.log.instance(ID).state, 'failed')
})

test('a service is placed anew without limit unless its job says otherwise, a batch job is not', () => {
  const service = given()
  fails(service)
  service.settle()
  assert.equal(inShort(service.pass(30_000).settle()), [`TaskRescheduled ${ID} on w1`])
  const batch = given({}, 'batch')
  fails(batch)
  assert.equal(inShort(batch.settle()), ['JobFailed web'])
})

test('a batch job has not failed while one of its instances will be placed anew', () => {
  const story = given({ reschedule: { ...TWICE, attempts: 1 } }, 'batch')
  fails(story)
  assert.equal(story.settle(), [])
  assert.equal(inShort(story.pass(10_000).settle()), [`TaskRescheduled ${ID} on w1`])
  fails(story)
  assert.equal(inShort(story.settle()), ['JobFailed web'])
})

test('one that ran for long enough fails for the first time', () => {
  const story = given({ reschedule: TWICE })
  fails(story)
  story.settle()
  story.pass(10_000).settle()
  assert.equal([story.log.instance(ID).reschedules, story.log.instance(ID).avoids], [1, ['w1']])
  fails(story, 60_000)
  assert.equal([story.log.instance(ID).reschedules, story.log.instance(ID).avoids], [0, []])
})

test('a job that is stopped, or is another one now, has nothing placed anew', () => {
  const stopped = given({ reschedule: TWICE })
  fails(stopped)
  stopped.settle()
  stopped.given(stopAsked())
  assert.equal(inShort(stopped.pass(10_000).settle()), ['JobStopped web'])
  const changed = given({ reschedule: TWICE })
  fails(changed)
  changed.settle()
  changed.given(submitted(aJob({ tasks: [{ env: { V: '2' }, reschedule: TWICE }] }), 2))
  assert.equal(changed.pass(10_000).settle(), [])
  assert.is(changed.log.instance(ID).state, 'pending')
})

test('a new leader counts from when it failed, and a clock that is wrong makes nobody wait for longer than the policy', () => {
  const story = given({ reschedule: TWICE })
  fails(story)
  story.settle()
  story.pass(8_000)
  story.given(elected('manager', 'm2', 2))
  story.core.lead(story.view, story.now)
  story.settle()
  assert.is(story.wakeAt, story.mono + 2_000)
  const ahead = given({ reschedule: TWICE })
  fails(ahead)
  ahead.given(elected('manager', 'm2', 2))
  ahead.core.lead(ahead.view, ahead.now)
  ahead.log.time -= 3_600_000 // it was the other clock that was ahead
  ahead.settle()
  assert.is(ahead.wakeAt, ahead.mono + 10_000)
})

test('a leader whose own clock is ahead lets what fails wait for as long as any other', () => {
  const story = given({ reschedule: TWICE })
  fails(story)
  story.log.time += 3_600_000
  story.settle()
  assert.is(story.wakeAt, story.mono + 10_000)
})

test('what could not be written is decided again', () => {
  const story = given({ reschedule: TWICE })
  fails(story)
  story.settle()
  story.pass(10_000)
  assert.equal(inShort(story.decide()), [`TaskRescheduled ${ID} on w1`])
  assert.equal(story.decide(), [])
  story.pass(10_000)
  assert.equal(inShort(story.decide()), [`TaskRescheduled ${ID} on w1`])
})

test.run()
