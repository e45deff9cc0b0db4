import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { JobKind } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, aTask, elected, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { managerCore, revert, submit } from '.'

const KINDS: readonly JobKind[] = ['service', 'batch', 'system', 'cron']

/** With what a job of any kind may ask for. */
const job = (kind: JobKind) =>
  aJob({ kind, tasks: [{ restart: { ...aTask().restart, policy: 'on-failure', attempts: 1 } }] })

const given = (kind: JobKind) => {
  const story = new CoreStory(managerCore()).given(elected('manager', 'm1', 1), registered('w1'), submitted(job(kind)))
  story.core.lead(story.view, story.now)
  story.settle()
  return story
}

/** What a submit of the job as another kind comes to. */
const becomes = (story: ReturnType<typeof given>, kind: JobKind): string => {
  const outcome = submit(story.view.cluster, job(kind))
  return E.isLeft(outcome) ? outcome.left.tag : outcome.right.tag
}

test('a service may become a batch job while it runs, and the other way round; all other changes of kind wait for a stop', () => {
  for (const from of KINDS) {
    for (const to of KINDS) {
      const isFree = ['service', 'batch'].includes(from) && ['service', 'batch'].includes(to)
      const expected = from === to ? 'Nothing' : isFree ? 'Write' : 'KindChange'
      assert.is(becomes(given(from), to), expected, `${from} to ${to}`)
    }
  }
  const outcome = submit(given('system').view.cluster, job('service'))
  assert.is(E.isLeft(outcome) && outcome.left.what, 'web is a system job and cannot become a service job while it runs')
})

test('one that has stopped may become anything, and one of which something still ends may not', () => {
  const story = given('service').given(on('web.api.0').scheduled(), on('web.api.0').started(), stopAsked())
  assert.is(becomes(story, 'system'), 'KindChange')
  story.given(on('web.api.0').stopped())
  assert.equal(inShort(story.settle()), ['JobStopped web'])
  for (const kind of KINDS) assert.is(becomes(story, kind), 'Write')
  story.given(submitted(job('system'), 2))
  const targeted = story.settle().find(({ type }) => type === 'JobTargeted')
  assert.ok(targeted)
})

test('a job does not go back to a version of another kind while it runs', () => {
  const outcome = revert(given('system').view.cluster, 'web', 1, job('service'), null)
  assert.is(E.isLeft(outcome) && outcome.left.tag, 'KindChange')
})

test('a service that becomes a batch job completes with what runs, and does not begin it anew', () => {
  const story = given('service').given(on('web.api.0').scheduled(), on('web.api.0').started())
  story.given(submitted(job('batch'), 2))
  assert.equal(inShort(story.settle()), [])
  story.given(on('web.api.0').exited(0), on('web.api.0').completed())
  assert.equal(inShort(story.settle()), ['JobCompleted web'])
})

test.run()
