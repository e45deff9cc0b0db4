import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore, stop, submit } from '.'

type Story = CoreStory<ManagerView>

const running = (): Story => {
  const story = new CoreStory(managerCore())
  story.given(registered('w1'), submitted(aJob()), on('web.api.0').scheduled(), on('web.api.0').started())
  story.core.lead(story.view, story.now)
  return story
}

const purged = (): Story => {
  const story = running().given(stopAsked('web', true))
  story.given(on('web.api.0').stopped())
  assert.equal(inShort(story.settle()), ['JobStopped web', 'JobPurged web'])
  return story
}

const asked = (story: Story, purge: boolean) => {
  const outcome = stop(story.view.cluster, 'web', null, purge)
  if (E.isLeft(outcome)) throw new Error(outcome.left.what)
  return outcome.right.tag
}

test('a job that is to be purged is forgotten once it has stopped, and nothing of it is kept in mind', () => {
  const story = purged()
  const { cluster, touchedJobs, touchedInstances, seen, rollouts, alarms } = story.view
  assert.equal([...cluster.jobs.keys()], [])
  for (const known of [touchedJobs, touchedInstances, seen, rollouts, alarms]) assert.is(known.size, 0)
})

test('a job that has ended long ago can be purged, and not before the last of it has ended', () => {
  const story = running()
  assert.is(asked(story, true), 'Write')
  story.given(stopAsked())
  assert.equal([asked(story, false), asked(story, true)], ['Nothing', 'Write'])
  story.given(stopAsked('web', true))
  assert.is(asked(story, true), 'Nothing')
  assert.equal(inShort(story.settle()), [])
  story.given(on('web.api.0').stopped())
  assert.equal(inShort(story.settle()), ['JobStopped web', 'JobPurged web'])
})

test('one that is submitted again before it is gone stays', () => {
  const story = running().given(stopAsked('web', true), submitted(aJob(), 2), on('web.api.0').stopped())
  assert.equal(inShort(story.settle()), [])
  assert.is(story.view.cluster.jobs.get('web')?.state, 'running')
})

test('a submit of its name goes on with the next version, and writes where the last left off', () => {
  const story = purged()
  const { cluster } = story.view
  const before = cluster.seq
  const outcome = submit(cluster, aJob(), { checkVersion: 0, reason: null })
  assert.ok(E.isRight(outcome) && outcome.right.tag === 'Write')
  assert.equal([outcome.right.version, outcome.right.decision.expect], [2, before])
  story.given(submitted(aJob(), 1)) // as somebody writes who does not know
  assert.is(cluster.jobs.size, 0)
  story.given(submitted(aJob(), 2))
  assert.equal([cluster.jobs.get('web')?.version, story.log.instance('web.api.0').seq], [2, before - 2])
  assert.equal([[...cluster.strays], [...cluster.purged]], [[], []])
})

test('who asks about it is told where to look', () => {
  const outcome = stop(purged().view.cluster, 'web', null, false)
  assert.ok(E.isLeft(outcome))
  assert.match(outcome.left.what, 'was purged at version 1')
})

test.run()
