import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyCluster } from '#libs/cluster'
import type { TaskSpec } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { managerCore, submit } from '.'

const given = (deadlineMs: number | null, ...tasks: readonly Partial<TaskSpec>[]) => {
  const job = aJob({ kind: 'batch', tasks })
  const story = new CoreStory(managerCore())
  story.given(registered(), submitted(deadlineMs === null ? job : { ...job, deadlineMs }))
  story.core.lead(story.view, story.now)
  return story
}

test('a batch job that has not ended within its deadline is stopped, and has failed', () => {
  const story = given(10_000, { replicas: 2 })
  story.given(on('web.api.0').scheduled(), on('web.api.0').started())
  assert.equal(story.settle(), [])
  assert.ok((story.wakeAt ?? 0) <= story.mono + 10_000)
  story.pass(9_000).hear('w1')
  assert.equal(story.settle(), [])
  story.pass(1_000).hear('w1')
  const said = story.settle()
  assert.equal(inShort(said), ['JobFailed web'])
  assert.equal(said[0]?.data, {
    job: 'web',
    version: 1,
    failed: 2,
    reason: 'it has not ended within its `deadline` of 10s',
  })
  assert.is(story.log.instance('web.api.0').state, 'stopping')
  assert.is(story.log.instance('web.api.1').state, 'stopped')
  assert.equal(story.settle(), [])
})

test('a batch job that has ended before its deadline is left alone', () => {
  const story = given(10_000, {})
  story.given(on('web.api.0').scheduled(), on('web.api.0').completed())
  assert.equal(inShort(story.settle()), ['JobCompleted web'])
  story.pass(20_000).hear('w1')
  assert.equal(story.settle(), [])
})

test('what waits for a task that has failed is not waited for', () => {
  const story = given(
    null,
    { name: 'a' },
    { name: 'b', dependsOn: { a: 'completed' } },
    { name: 'c', dependsOn: { b: 'started' } },
    { name: 'd' },
  )
  story.given(on('web.a.0').scheduled(), on('web.a.0').failed(), on('web.d.0').scheduled())
  assert.equal(story.settle(), [])
  story.given(on('web.d.0').completed())
  const said = story.settle()
  assert.equal(said[0]?.data, { job: 'web', version: 1, failed: 3, reason: 'b waits for a, which has failed' })
  assert.is(story.log.instance('web.c.0').state, 'stopped')
})

test('tasks that wait for one another are refused, whoever submits them', () => {
  const tasks = [
    { name: 'a', dependsOn: { b: 'started' } },
    { name: 'b', dependsOn: { c: 'healthy' } },
    { name: 'c', dependsOn: { a: 'completed' } },
  ] as const
  const refused = submit(emptyCluster(), aJob({ tasks }))
  assert.ok(E.isLeft(refused))
  assert.match(refused.left.what, 'a → b → c → a')
})

test.run()
