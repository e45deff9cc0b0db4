import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import type { JobKind, TaskSpec } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { explain, type SchedulerView, schedulerCore } from '.'

const SWITCHED_ON: Draft = { type: 'PolicySet', data: { policy: 'binpack', seed: null, preemption: true } }

const job = (
  name: string,
  priority: number,
  cpuMilli: number,
  task: Partial<TaskSpec> = {},
  kind: JobKind = 'service',
) =>
  submitted({
    ...aJob({ name, kind, tasks: [{ resources: { cpuMilli, memoryBytes: 0, diskBytes: 0 }, ...task }] }),
    priority,
  })

/** All that is asked for so far is placed. */
const given = (...drafts: readonly Happened[]): CoreStory<SchedulerView> => {
  const story = new CoreStory(schedulerCore()).given(SWITCHED_ON)
  for (const draft of drafts) {
    story.given(draft)
    story.settle()
  }
  return story
}

const stop = (story: CoreStory<SchedulerView>, ...ids: readonly string[]) => {
  for (const id of ids) story.given(story.log.on(id).stopped())
}

test('what matters more takes the place of what runs, which is stopped and waits for its turn', () => {
  const story = given(registered('w1', 1_000), job('low', 20, 600), job('mid', 50, 400))
  story.given(job('high', 60, 1_000))
  const said = story.settle()
  assert.equal(inShort(said), [
    'TaskUnplaceable high.api.0',
    'TaskPreempted low.api.0 on w1',
    'TaskPreempted mid.api.0 on w1',
  ])
  const [, first] = said
  assert.equal(first?.type === 'TaskPreempted' && [first.data.by, first.data.reason], [
    { job: 'high', task: 'api', index: 0, priority: 60 },
    'makes room for high.api.0, of priority 60 over 20',
  ])
  stop(story, 'low.api.0')
  assert.equal(inShort(story.settle()), ['TaskUnplaceable low.api.0'], 'the room of one will not do')
  stop(story, 'mid.api.0')
  assert.equal(inShort(story.settle()), ['TaskScheduled high.api.0 on w1', 'TaskUnplaceable mid.api.0'])
  assert.is(story.log.instance('high.api.0').awaits, null)
})

test('the lowest priority goes first, then as few as will do, and nobody who is not in the way', () => {
  const story = given(
    ...[registered('w1', 1_000), job('a', 20, 300), job('b', 20, 300), job('c', 40, 400)],
    ...[registered('w2', 1_000), job('d', 20, 1_000)],
  )
  story.given(job('high', 90, 600))
  assert.equal(inShort(story.settle()).slice(1), ['TaskPreempted d.api.0 on w2'], 'one instead of two')
  story.given(job('next', 90, 500))
  assert.equal(
    inShort(story.settle()).filter((line) => line.startsWith('TaskPreempted')),
    ['TaskPreempted b.api.0 on w1', 'TaskPreempted a.api.0 on w1'],
    'two of 20 rather than one of 40',
  )
})

test('of several that never share a worker it makes room for one on each', () => {
  const story = given(registered('w1', 1_000), job('a', 20, 500), job('b', 20, 500))
  const preempted = () => inShort(story.settle()).filter((line) => line.startsWith('TaskPreempted'))
  story.given(job('high', 90, 500, { replicas: 2, distinctWorkers: true }))
  assert.equal(preempted(), ['TaskPreempted b.api.0 on w1'])
  story.given(story.log.on('a.api.0').exited())
  assert.equal(preempted(), [], 'nor later, while the first is to come')
  stop(story, 'b.api.0')
  assert.is(inShort(story.settle())[0], 'TaskScheduled high.api.0 on w1')
  assert.equal(preempted(), [])
  story.given(registered('w2', 1_000))
  assert.ok(inShort(story.settle()).includes('TaskScheduled high.api.1 on w2'))
})

test('room that was made for one is not kept from it for another that has waited much longer', () => {
  const story = given(registered('w1', 1_000), job('low', 40, 1_000), job('old', 45, 1_000))
  for (let told = 0; told < 25; told += 1) story.given(SWITCHED_ON)
  story.log.time += 3_600_000
  story.given(job('high', 60, 1_000))
  assert.ok(inShort(story.settle()).includes('TaskPreempted low.api.0 on w1'))
  stop(story, 'low.api.0')
  assert.ok(inShort(story.settle()).includes('TaskScheduled high.api.0 on w1'))
})

test('with the room it keeps the volume that is yet to be made there', () => {
  const shared: Partial<TaskSpec> = { volumes: [{ type: 'volume', source: 'shared', target: '/data' }] }
  const story = given(registered('w1', 1_000), registered('w2', 1_000), job('low', 5, 600, shared))
  story.given(job('high', 80, 600, shared))
  assert.ok(inShort(story.settle()).includes('TaskPreempted low.api.0 on w1'))
  story.log.time -= 3_600_000 // by a clock that is behind: it has its turn first
  stop(story, 'low.api.0')
  assert.equal(inShort(story.settle()), ['TaskUnplaceable low.api.0', 'TaskScheduled high.api.0 on w1'])
})

test('only for what is higher by ten, of another job, and only once it is switched on', () => {
  const story = given(registered('w1', 1_000), job('low', 50, 1_000))
  story.given(job('near', 59, 1_000))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable near.api.0'])
  story.given(
    submitted({ ...aJob({ name: 'low', tasks: [{ replicas: 2, resources: cores(1_000) }] }), priority: 50 }, 2),
  )
  assert.equal(inShort(story.settle()), ['TaskUnplaceable low.api.1'])
  story.given({ type: 'PolicySet', data: { policy: 'binpack', seed: null, preemption: false } })
  story.given(job('high', 60, 1_000))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable high.api.0'])
  story.given({ type: 'PolicySet', data: { policy: 'spread', seed: null, preemption: null } })
  assert.equal(story.settle(), [])
  story.given(SWITCHED_ON)
  assert.equal(inShort(story.settle()), ['TaskPreempted low.api.0 on w1'])
})

const cores = (cpuMilli: number) => ({ cpuMilli, memoryBytes: 0, diskBytes: 0 })

test('nobody is preempted while what is ending already leaves room enough', () => {
  const story = given(registered('w1', 1_000), job('a', 20, 500), job('b', 20, 500))
  story.given(story.log.on('a.api.0').started(), story.log.on('a.api.0').stopAsked())
  story.given(job('high', 80, 500))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable high.api.0'])
  stop(story, 'a.api.0')
  assert.equal(inShort(story.settle()), ['TaskScheduled high.api.0 on w1', 'TaskUnplaceable a.api.0'])
})

test('the room that is made is given to nobody else meanwhile, and who waits for it takes any other that comes first', () => {
  const story = given(registered('w1', 1_000), job('a', 20, 500), job('b', 20, 500), job('high', 80, 1_000))
  assert.is(story.log.instance('high.api.0').awaits, 'w1')
  stop(story, 'a.api.0')
  story.given(job('small', 100, 100))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable small.api.0', 'TaskUnplaceable a.api.0'])
  const [w1] = explain(story.view, story.log.instance('small.api.0'))
  assert.is(w1?.fits === false && w1.detail, 'asks for 0.1 cores, 0 of 1 core free; room is kept for high.api.0')
  story.given(registered('w2', 1_200))
  assert.ok(inShort(story.settle()).includes('TaskScheduled high.api.0 on w2'))
  assert.is(story.log.instance('a.api.0').state, 'scheduled', 'what was kept is free again')
})

test('each of several has room made for it, the next as soon as the log has told of the one before', () => {
  const story = given(registered('w1', 2_000), job('low', 10, 500, { replicas: 4 }))
  story.given(job('high', 80, 1_000, { replicas: 3 }))
  const said = inShort(story.settle())
  assert.is(said.filter((line) => line.startsWith('TaskPreempted')).length, 4)
  stop(story, ...[0, 1, 2, 3].map((index) => `low.api.${index}`))
  assert.equal(
    inShort(story.settle()).filter((line) => line.startsWith('TaskScheduled')),
    ['TaskScheduled high.api.0 on w1', 'TaskScheduled high.api.1 on w1'],
  )
})

test('others of its task go on waiting in line, though it was at the counter when room was made for it', () => {
  const story = given(registered('w1', 1_000), job('low', 20, 1_000))
  story.given(job('high', 80, 500, { replicas: 2 }))
  const decided = story.decide()
  const spec = { ...aJob({ name: 'high', tasks: [{ replicas: 3, resources: cores(500) }] }), priority: 80 }
  // Before that is folded something about the job is, so that all of it is in line again.
  story.given(
    { type: 'JobScaled', data: { job: 'high', task: 'api', replicas: 3, version: 2, spec, reason: null } },
    ...decided,
  )
  stop(story, 'low.api.0')
  const placed = inShort(story.settle()).filter((line) => line.startsWith('TaskScheduled'))
  assert.equal(placed, ['TaskScheduled high.api.0 on w1', 'TaskScheduled high.api.1 on w1'])
})

test('what is placed in the same batch as it finds no place is preempted once the log tells of it', () => {
  const story = given(registered('w1', 1_000), job('high', 80, 900))
  story.given(on('high.api.0').lost(), { type: 'WorkerCordoned', data: { worker: 'w1', reason: null } })
  story.settle()
  story.pass(-3_600_000).given(job('low', 20, 500)) // by a clock that is behind it is its turn first
  story.settle()
  story.given({ type: 'WorkerUncordoned', data: { worker: 'w1', reason: null } })
  const said = inShort(story.settle())
  assert.equal(said.slice(0, 1).concat(said.slice(-1)), [
    'TaskScheduled low.api.0 on w1',
    'TaskPreempted low.api.0 on w1',
  ])
})

test('who found nothing before looks again where lower ones have come since', () => {
  const story = given(registered('w1', 1_000), job('top', 90, 1_000), job('low', 20, 500))
  story.pass(3_600_000).given(job('high', 80, 1_000)) // its turn comes after
  story.settle()
  stop(story, 'top.api.0')
  assert.equal(
    inShort(story.settle()).filter((line) => !line.startsWith('TaskUnplaceable')),
    ['TaskScheduled low.api.0 on w1', 'TaskPreempted low.api.0 on w1'],
  )
})

test('a job that is changed or stopped while room is made for it keeps none', () => {
  const story = given(registered('w1', 1_000), job('low', 20, 1_000), job('high', 80, 1_000))
  story.given(stopAsked('high'))
  stop(story, 'low.api.0')
  assert.equal(inShort(story.settle()), ['TaskScheduled low.api.0 on w1'])
})

test('a worker that is closed keeps nothing for anybody, and room is made elsewhere', () => {
  const story = given(registered('w1', 1_000), job('low', 20, 1_000), registered('w2', 1_000), job('also', 20, 1_000))
  story.given(job('high', 80, 1_000))
  story.settle()
  const { awaits } = story.log.instance('high.api.0')
  story.given({ type: 'WorkerCordoned', data: { worker: awaits ?? '', reason: null } })
  assert.is(inShort(story.settle()).filter((line) => line.startsWith('TaskPreempted')).length, 1)
  assert.is.not(story.log.instance('high.api.0').awaits, awaits)
})

test('a victim is placed elsewhere like anything that waits, and may itself take the place of what matters less', () => {
  const story = given(registered('w1', 1_000), job('low', 20, 1_000), registered('w2', 1_000), job('least', 5, 1_000))
  story.given({ type: 'WorkerCordoned', data: { worker: 'w2', reason: null } }, job('high', 80, 1_000))
  assert.ok(inShort(story.settle()).includes('TaskPreempted low.api.0 on w1'))
  story.given({ type: 'WorkerUncordoned', data: { worker: 'w2', reason: null } })
  stop(story, 'low.api.0')
  assert.ok(inShort(story.settle()).includes('TaskPreempted least.api.0 on w2'))
  story.given(on('least.api.0', 'w2').stopped())
  assert.ok(inShort(story.settle()).includes('TaskScheduled low.api.0 on w2'))
})

test.run()
