import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import type { CronSpec, JobSpec, RescheduleSpec } from '#libs/spec'
import { CoreStory } from '../../../libs/testing/coreStory'
import { aJob, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { managerCore, run, scale, submit } from '.'

const MINUTE = 60_000

const given = (cron: Partial<CronSpec> = {}, more: Partial<JobSpec> = {}) => {
  const story = new CoreStory(managerCore())
  story.log.time = Date.parse('2026-03-01T12:00:30Z')
  story.given(registered(), submitted({ ...aJob({ kind: 'cron', cron }), ...more }))
  story.core.lead(story.view, story.now)
  assert.equal(said(story), [])
  return story
}

type ManagerStory = ReturnType<typeof given>

/** What is decided, after so long in which the worker is heard, in few words. */
const said = (story: ManagerStory, ms = 0): string[] => story.pass(ms).hear('w1').settle().map(inWords)

const inWords = ({ type, data }: Draft): string =>
  [type, 'run' in data ? data.run : '', 'slot' in data ? `in ${data.slot}` : '', 'reason' in data ? data.reason : '']
    .filter((word) => word)
    .join(' ')

const fires = (time: string, slot = 0): string => `CronFired 2026-03-01T${time}Z in ${slot}`

const runs = (story: ManagerStory, slot = 0, attempt = 1): void => {
  const one = on(`web.api.${slot}`, 'w1', attempt)
  story.given(one.scheduled(), one.started())
}

test('a run begins when its time has come, and not before', () => {
  const story = given()
  assert.ok((story.wakeAt ?? 0) <= story.mono + MINUTE)
  assert.equal(said(story, 20_000), [])
  assert.equal(said(story, 10_000), [fires('12:01')])
  assert.equal(said(story, 10_000), [])
})

test('who takes over begins no run again, and misses none', () => {
  const story = given({ overlap: 'allow' })
  assert.equal(said(story, MINUTE), [fires('12:01')])
  story.core.lead(story.view, story.now)
  assert.equal(said(story), [])
  story.pass(40_000).core.lead(story.view, story.now)
  assert.equal(said(story), [fires('12:02', 1)])
})

test('of several times that were missed the last is made up for', () => {
  const story = given()
  assert.equal(said(story, 10 * MINUTE), [fires('12:10')])
})

test('what was missed by more than `catchUp` is skipped, and said so', () => {
  const story = given({ schedule: '0 * * * *', catchUpMs: 10 * MINUTE })
  assert.equal(said(story, 72 * MINUTE), ['CronSkipped it was missed by 12m30s'])
  assert.equal(said(story), [])
  assert.equal(said(story, 48 * MINUTE), [fires('14:00')])
})

test('a run ends with its last instance: completed, or failed', () => {
  const story = given({}, { tasks: aJob({ tasks: [{ replicas: 2 }] }).tasks })
  said(story, MINUTE)
  story.given(on('web.api.0').scheduled(), on('web.api.0').completed())
  assert.equal(said(story), [])
  story.given(on('web.api.1').scheduled(), on('web.api.1').completed())
  assert.equal(said(story), ['CronEnded 2026-03-01T12:01Z'])
  said(story, MINUTE)
  story.given(on('web.api.2').scheduled(), on('web.api.2').failed(), on('web.api.3').scheduled())
  story.given(on('web.api.3').completed())
  const [ended] = story.settle()
  assert.equal(ended?.data, { job: 'web', run: '2026-03-01T12:02Z', failed: 1, reason: null })
})

test('with `forbid` no run begins while one is under way', () => {
  const story = given()
  said(story, MINUTE)
  runs(story)
  assert.equal(said(story, MINUTE), ['CronSkipped run 2026-03-01T12:01Z is under way'])
  story.given(on('web.api.0').completed())
  assert.equal(said(story), ['CronEnded 2026-03-01T12:01Z'])
  assert.equal(said(story, MINUTE), [fires('12:03', 1)])
})

test('with `allow` runs go on beside one another, each with instances of its own', () => {
  const story = given({ overlap: 'allow' })
  said(story, MINUTE)
  runs(story)
  assert.equal(said(story, MINUTE), [fires('12:02', 1)])
  assert.is(story.log.instance('web.api.0').state, 'running')
  assert.is(story.log.instance('web.api.1').state, 'pending')
})

test('with `replace` the run before is stopped', () => {
  const story = given({ overlap: 'replace' })
  said(story, MINUTE)
  runs(story)
  assert.equal(said(story, MINUTE), [fires('12:02', 1)])
  assert.is(story.log.instance('web.api.0').state, 'stopping')
  story.given(on('web.api.0').stopped())
  assert.equal(said(story), [])
})

test('slots go round, so that what the last runs wrote can be read', () => {
  const story = given({ keepRuns: 2 })
  const slots = [0, 1, 2, 0, 1].map((slot, at) => {
    const [begun] = said(story, MINUTE)
    const one = on(`web.api.${slot}`, 'w1', at < 3 ? 1 : 2)
    story.given(one.scheduled(), one.completed()).settle()
    return begun?.split(' in ')[1]
  })
  assert.equal(slots, ['0', '1', '2', '0', '1'])
})

test('a run that has not ended within its deadline is stopped, and has failed', () => {
  const story = given({ schedule: '0 * * * *' }, { deadlineMs: 90_000 })
  assert.equal(said(story, 60 * MINUTE), [fires('13:00')])
  runs(story)
  assert.equal(said(story, MINUTE), [])
  assert.equal(said(story, 30_000), ['CronEnded 2026-03-01T13:00Z it has not ended within its `deadline` of 1m30s'])
  assert.is(story.log.instance('web.api.0').state, 'stopping')
})

test('a run waits in vain for a task that has failed', () => {
  const tasks = aJob({ tasks: [{ name: 'a' }, { name: 'b', dependsOn: { a: 'completed' } }] }).tasks
  const story = given({}, { tasks })
  said(story, MINUTE)
  story.given(on('web.a.0').scheduled(), on('web.a.0').failed())
  assert.equal(said(story), ['CronEnded 2026-03-01T12:01Z b waits for a, which has failed'])
})

test('what has failed in a run is placed anew as a version says that came meanwhile', () => {
  const version = (reschedule: RescheduleSpec) => aJob({ kind: 'cron', cron: {}, tasks: [{ replicas: 2, reschedule }] })
  const never: RescheduleSpec = { attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0 }
  const story = given({}, version(never))
  assert.equal(said(story, 30_000), [fires('12:01')])
  runs(story, 0)
  runs(story, 1)
  story.given(on('web.api.0', 'w1', 1).failed())
  assert.equal(said(story), [])
  story.given(submitted(version({ attempts: null, delayMs: 20_000, backoff: 1, maxDelayMs: 20_000 }), 2))
  assert.equal(said(story), [])
  story.given(submitted(version({ attempts: null, delayMs: 5_000, backoff: 1, maxDelayMs: 5_000 }), 3))
  assert.equal(said(story), [])
  assert.equal(said(story, 4_999), [])
  assert.match(said(story, 1).join(), /^TaskRescheduled/)
})

test('a job that is stopped and submitted again makes up for nothing of the time between', () => {
  const story = given()
  story.given(stopAsked())
  assert.equal(said(story, 10 * MINUTE), ['JobStopped'])
  story.given(submitted(aJob({ kind: 'cron' }), 2))
  assert.equal(said(story), [])
  assert.equal(said(story, MINUTE), [fires('12:11')])
})

const asked = (story: ManagerStory, params: Readonly<Record<string, string>> = {}) =>
  run(story.view.cluster, 'web', { params, reason: null }, story.log.time)

test('somebody may run a job when it is not due, with parameters that it declares', () => {
  const story = given({ params: { LIMIT: '100', DAY: 'today' } })
  const begun = asked(story, { DAY: 'monday' })
  assert.ok(E.isRight(begun) && begun.right.tag === 'Write')
  assert.is(begun.right.run, '2026-03-01T12:00:30.000Z')
  const { draft } = begun.right.decision
  assert.equal('params' in draft.data && draft.data.params, { LIMIT: '100', DAY: 'monday' })
  story.given(draft)
  assert.is(story.log.instance('web.api.0').state, 'pending')
  const again = asked(story)
  assert.ok(E.isLeft(again))
  assert.match(again.left.what, 'web: run 2026-03-01T12:00:30.000Z is under way')
})

test('what a job does not declare it is not told, and what it must be told is asked for', () => {
  const wrong = (story: ManagerStory, params = {}): string => {
    const answer = asked(story, params)
    return E.isLeft(answer) ? answer.left.what : 'fine'
  }
  assert.is(wrong(given(), { DAY: 'x' }), 'web has no parameter DAY')
  const { schedule: _, ...cron } = aJob({ kind: 'cron' }).cron ?? {}
  const story = given({}, { cron: { ...cron, requiredParams: ['DAY'] } as CronSpec })
  assert.is(wrong(story), 'web must be told DAY')
  assert.is(wrong(story, { DAY: 'x' }), 'fine')
  assert.equal(said(story, 10 * MINUTE), [])
})

test('only a cron job that runs can be run', () => {
  const story = new CoreStory(managerCore()).given(submitted(aJob()))
  const answer = run(story.view.cluster, 'web', { params: {}, reason: null }, 0)
  assert.ok(E.isLeft(answer))
  assert.is(answer.left.what, 'web is a service job: only a cron job is run')
})

test('a schedule that is none is refused, whoever submits it', () => {
  const wrong = (spec: JobSpec): string => {
    const answer = submit(new CoreStory(managerCore()).view.cluster, spec)
    return E.isLeft(answer) ? answer.left.what : 'fine'
  }
  const { cron: _, ...without } = aJob({ kind: 'cron' })
  assert.is(wrong(without), 'web is a cron job, and does not say when it runs')
  assert.match(wrong(aJob({ kind: 'cron', cron: { schedule: '61 * * * *' } })), 'is no schedule')
  assert.match(wrong(aJob({ kind: 'cron', cron: { timeZone: 'Mars/Olympus' } })), 'no time zone')
})

test('a run has no more instances of a task than a thousand, whoever asks for them', () => {
  const wide = submit(given().view.cluster, aJob({ kind: 'cron', tasks: [{ replicas: 1_001 }] }))
  const wider = scale(given().view.cluster, 'web', 'api', 1_001, null)
  for (const outcome of [wide, wider]) {
    assert.ok(E.isLeft(outcome))
    assert.is(outcome.left.what, 'a run of web has at most 1000 instances of a task, api would have 1001')
  }
  assert.ok(E.isRight(scale(given().view.cluster, 'web', 'api', 1_000, null)))
})

test.run()
