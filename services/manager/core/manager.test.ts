import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, stamp } from '#libs/events'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, elected, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore, stop, submit } from '.'

type Story = CoreStory<ManagerView>

const given = (...drafts: readonly Happened[]): Story => {
  const story = new CoreStory(managerCore())
  story.given(...drafts)
  story.core.lead(story.view, story.now)
  return story
}

test('what could not be written because a predecessor wrote there too late is decided again', () => {
  const story = given(elected('manager', 'm1', 1), submitted(aJob({ tasks: [{ replicas: 0 }] })), stopAsked())
  assert.equal(inShort(story.decide()), ['JobStopped web']) // refused: its expectation is of before what follows
  story.given({ draft: { type: 'JobStopped', data: { job: 'web', version: 1 } }, by: { epoch: 0 } })
  assert.equal(inShort(story.settle()), ['JobStopped web'])
})

test('who comes to lead looks at instances in turns when they are many, and decides when all were seen', () => {
  const story = given(registered('w1'), submitted(aJob({ tasks: [{ replicas: 45_000 }] })), stopAsked())
  for (const { instances } of story.view.cluster.jobs.get('web')?.tasks.values() ?? [])
    assert.is([...instances].length, 45_000)
  story.core.lead(story.view, story.now)
  const turns = Array.from({ length: 3 }, () => story.core.decide(story.view, story.now))
  assert.equal(
    turns.map(({ decisions, wakeAt }) => [decisions.length, wakeAt]),
    [
      [0, story.now.mono + 1],
      [0, story.now.mono + 1],
      [1, turns[2]?.wakeAt],
    ],
  )
})

test('a job is stopped when its last instance has ended', () => {
  const story = given(registered('w1'), submitted(aJob({ tasks: [{ replicas: 2 }] })))
  story.given(on('web.api.0').scheduled(), stopAsked())
  assert.equal(story.settle(), [])
  story.given(on('web.api.0').stopped())
  assert.equal(inShort(story.settle()), ['JobStopped web'])
})

test('a batch job completes when all have, and fails when one has', () => {
  for (const last of ['completed', 'failed'] as const) {
    const story = given(registered('w1'), submitted(aJob({ kind: 'batch', tasks: [{ replicas: 2 }] })))
    story.given(on('web.api.0').scheduled(), on('web.api.1').scheduled(), on('web.api.0').completed())
    assert.equal(story.settle(), [])
    story.given(on('web.api.1')[last]())
    const said = story.settle()
    assert.equal(inShort(said), [last === 'completed' ? 'JobCompleted web' : 'JobFailed web'])
    if (last === 'failed') assert.equal(said[0]?.data, { job: 'web', version: 1, failed: 1, reason: null })
  }
})

test('an event that cannot be read is put on record once', () => {
  const story = given(registered('w1'))
  const error = { tag: 'UnknownType', detail: 'type "X" is not known' } as const
  story.core.evolve(story.view, { seq: 2, event: { type: 'Unreadable', path: 'events.job.web.X', error } })
  const [said] = story.decide()
  assert.equal(said?.data, {
    sequence: 2,
    subject: 'events.job.web',
    reason: 'UnknownType: type "X" is not known',
  })
  const draft = said as Draft
  const event = stamp(draft, { id: 'q', source: 'manager/m', time: story.log.time, epoch: 1 })
  story.core.evolve(story.view, { seq: 3, event })
  assert.equal(story.decide(), [])
})

test('of many that cannot be read each is put on record, also where the first is of the manager itself', () => {
  const story = given(registered('w1'))
  const paths = ['control.manager.X', 'job.web.X', 'job.web.Y', 'worker.w1.X', 'task.web.api.0.w1.X']
  for (const [at, path] of paths.entries()) {
    const error = { tag: 'UnknownType', detail: path } as const
    story.log.entries.push({ seq: at + 2, event: { type: 'Unreadable', path: `events.${path}`, error } })
  }
  story.fold()
  const said = story.settle().map((draft) => draft.type === 'EventQuarantined' && draft.data.subject)
  assert.equal(
    said,
    ['control.manager', 'job.web', 'worker.w1', 'task.web.api.0'].map((aggregate) => `events.${aggregate}`),
  )
})

test('the same job again writes nothing, another is its next version', () => {
  const { view } = given(submitted(aJob()))
  const same = submit(view.cluster, aJob())
  assert.equal(E.isRight(same) && same.right, { tag: 'Nothing', version: 1, seq: 1 })
  const next = submit(view.cluster, aJob({ tasks: [{ replicas: 2 }] }))
  assert.ok(E.isRight(next) && next.right.tag === 'Write' && next.right.version === 2)
  assert.is(E.isRight(next) && next.right.tag === 'Write' && next.right.decision.expect, 1)
})

test('a job that is not at the version that was looked at is not submitted', () => {
  const { view } = given(submitted(aJob()), submitted(aJob({ tasks: [{ replicas: 2 }] }), 2))
  const checked = (name: string, checkVersion: number) => {
    const outcome = submit(view.cluster, aJob({ name }), { checkVersion, reason: 'tried' })
    return E.isLeft(outcome) ? outcome.left.what : outcome.right.tag
  }
  assert.is(checked('web', 1), 'web is at version 2, not 1: nothing was submitted')
  assert.is(checked('web', 0), 'there is a job "web" already: web is at version 2')
  assert.is(checked('new', 1), 'there is no job "new", so it is not at version 1')
  assert.equal([checked('web', 2), checked('new', 0)], ['Write', 'Write'])
})

test('the same job again, with an instance that failed, is another try', () => {
  const { view } = given(registered('w1'), submitted(aJob()), on('web.api.0').scheduled(), on('web.api.0').failed())
  const again = submit(view.cluster, aJob())
  assert.is(E.isRight(again) && again.right.version, 2)
})

test('a stop of an unknown job names those that there are', () => {
  const { view } = given(submitted(aJob({ name: 'web' })), submitted(aJob({ name: 'sum' })))
  const refused = stop(view.cluster, 'wbe', null, false)
  assert.ok(E.isLeft(refused))
  assert.is(refused.left.tag, 'NoSuchJob')
  assert.match(refused.left.next ?? '', 'web, sum')
})

test('a stop of a job that has ended, or is ending, writes nothing', () => {
  const { view } = given(registered('w1'), submitted(aJob()), on('web.api.0').scheduled(), stopAsked())
  const again = stop(view.cluster, 'web', null, false)
  assert.is(E.isRight(again) && again.right.tag, 'Nothing')
})

test.run()
