import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { describeInstance, underWay } from '#libs/cluster'
import type { JobKind, TaskSpec } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { schedulerCore } from '.'

const given = (kind: JobKind, ...tasks: readonly Partial<TaskSpec>[]) => {
  const story = new CoreStory(schedulerCore()).given(registered('w1', 100_000))
  return story.given(submitted(aJob({ kind, tasks })))
}

test('of a batch task no more are placed at once than its parallelism allows, and the others follow in turn', () => {
  const story = given('batch', { replicas: 5, parallelism: 2 })
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskScheduled web.api.1 on w1'])
  assert.is(describeInstance(story.log.instance('web.api.2')).reason, '2 at a time, and so many are under way')
  story.given(on('web.api.1').started())
  assert.equal(story.settle(), [])
  story.given(on('web.api.1').completed())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.2 on w1'])
  story.given(on('web.api.0').failed(), on('web.api.2').completed())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.3 on w1', 'TaskScheduled web.api.4 on w1'])
})

test('never more than its parallelism are under way, whatever becomes of them, and all come to their turn', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), fc.array(fc.nat(99), { maxLength: 30 }), (parallelism, fates) => {
      const story = given('batch', { replicas: 6, parallelism })
      const task = () => story.log.cluster.jobs.get('web')?.tasks.get('api')
      const instances = () => [...(task()?.instances ?? [])]
      for (const fate of [...fates, ...Array.from({ length: 6 }, () => 0)]) {
        story.settle()
        const found = task()
        assert.ok(found !== undefined && underWay(found) <= parallelism)
        const placed = instances().filter(({ state }) => state === 'scheduled')
        const one = placed[fate % Math.max(1, placed.length)]
        if (one === undefined) continue
        const attempt = on(`web.api.${one.index}`, 'w1', one.attempt, one.placedSeq)
        const what = [attempt.completed(), attempt.lost(), attempt.rejected()][fate % 3]
        if (what !== undefined) story.given(what)
      }
    }),
  )
})

test('a task is placed once what it waits for runs, is healthy, or has completed', () => {
  const conditions = [
    ['started', [on('web.db.0').started(true)]],
    ['healthy', [on('web.db.0').started(true), on('web.db.0').healthy()]],
    ['completed', [on('web.db.0').started(true), on('web.db.0').healthy(), on('web.db.0').completed()]],
  ] as const
  for (const [condition, steps] of conditions) {
    const story = given('service', { name: 'api', dependsOn: { db: condition } }, { name: 'db' })
    assert.equal(inShort(story.settle()), ['TaskScheduled web.db.0 on w1'])
    assert.match(describeInstance(story.log.instance('web.api.0')).reason ?? '', /^waits for db to /)
    for (const step of steps) {
      assert.equal(story.settle(), [], condition)
      story.given(step)
    }
    assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'], condition)
  }
})

test('a task that waits for one of which nothing is wanted waits no longer', () => {
  const story = given('service', { name: 'api', dependsOn: { db: 'healthy' } }, { name: 'db', replicas: 0 })
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test.run()
