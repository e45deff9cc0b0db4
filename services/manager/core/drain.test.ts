import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import { DEFAULT_UPDATE, type TaskSpec, type UpdateSpec } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, draining, on, registered, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore, setIntake } from '.'

type Story = CoreStory<ManagerView>

/** A job of three on w1, and w2 beside it. */
const given = (update: Partial<UpdateSpec> = {}, kind: 'service' | 'batch' = 'service'): Story => {
  const story = new CoreStory(managerCore())
  const tasks = [{ replicas: 3, update: { ...DEFAULT_UPDATE, ...update } }]
  story.given(registered('w1'), registered('w2'), submitted(aJob({ kind, tasks })))
  story.core.lead(story.view, story.now)
  for (const index of [0, 1, 2]) up(story, index, 'w1')
  story.settle()
  after(story, 10_000)
  return story
}

const id = (index: number): string => `web.api.${index}`

const up = (story: Story, index: number, worker = 'w2'): void => {
  const next = on(id(index), worker, story.log.instance(id(index)).attempt + 1)
  story.given(next.scheduled(), next.started())
}

const said = (story: Story, ...happened: readonly Happened[]): string[] => news(story.given(...happened).settle())

const after = (story: Story, ms: number): string[] => {
  const all = [...story.settle()]
  for (let passed = 0; passed < ms; passed += 500) {
    story.pass(500).hear(...story.log.cluster.workers.keys())
    all.push(...story.settle())
  }
  return news(all)
}

const news = (drafts: readonly Draft[]): string[] =>
  inShort(drafts).filter((line) => !/Suspected|Lost|Returned/.test(line))

test('a drained worker is left by one instance after the other, and is drained when the last has gone', () => {
  const story = given()
  assert.equal(said(story, draining()), [`TaskStopRequested ${id(0)} on w1`])
  for (const index of [0, 1]) {
    story.given(story.log.on(id(index)).stopped())
    up(story, index)
    assert.equal(after(story, 10_000), [`TaskStopRequested ${id(index + 1)} on w1`])
  }
  assert.equal(said(story, story.log.on(id(2)).stopped()), ['WorkerDrained w1'])
  assert.is(story.log.cluster.workers.get('w1')?.intake, 'drained')
})

test('what would have to be stopped first stays while no other worker has room, and moves one by one as there is some', () => {
  const story = given({ maxParallel: 3 })
  const { cpuMilli } = story.log.instance(id(0)).task.spec.resources
  story.given(registered('w2', 0))
  assert.equal(said(story, draining()), [])
  assert.equal(after(story, 60_000), [])
  story.given(registered('w2', cpuMilli))
  assert.equal(after(story, 2_000), [`TaskStopRequested ${id(0)} on w1`])
  assert.equal(said(story, story.log.on(id(0)).stopped()), [], 'it has yet to take that room')
  up(story, 0)
  assert.equal(after(story, 20_000), [])
  story.given(registered('w3', 2 * cpuMilli))
  assert.equal(
    after(story, 2_000),
    [1, 2].map((index) => `TaskStopRequested ${id(index)} on w1`),
  )
})

/** A service of one on w1, which asks for something, before w1 is drained. */
const drained = (task: Partial<TaskSpec>, labels: Readonly<Record<string, string>> = {}): Story => {
  const story = new CoreStory(managerCore())
  story.given(registered('w1', 4_000, { gpu: 1 }, labels), registered('w2'), submitted(aJob({ tasks: [task] })))
  story.core.lead(story.view, story.now)
  up(story, 0, 'w1')
  return story.given(draining())
}

const stops = [`TaskStopRequested ${id(0)} on w1`]

test('what no other worker takes as it is stays as well, until one does', () => {
  const ssd = drained({ constraints: [{ attribute: 'label.disk', operator: '=', value: 'ssd' }] }, { disk: 'ssd' })
  assert.equal(said(ssd), [])
  ssd.given({ type: 'WorkerLabelled', data: { worker: 'w2', labels: { disk: 'ssd' }, reason: null } })
  assert.equal(after(ssd, 2_000), stops)
  const gpu = drained({ resources: { cpuMilli: 100, memoryBytes: 0, diskBytes: 0, devices: { gpu: 1 } } })
  assert.equal(said(gpu), [])
  gpu.given(registered('w2', 4_000, { gpu: 1 }))
  assert.equal(after(gpu, 2_000), stops)
  const large = drained({ resources: { cpuMilli: 3_000, memoryBytes: 0, diskBytes: 0 } })
  large.given(registered('w2', 4_000, {}, {}, { cpuMilli: 200 }))
  assert.equal(said(large), [], 'more than the machine of w2 has, though it promises as much')
  large.given(registered('w2', 6_000, {}, {}, { cpuMilli: 200 }))
  assert.equal(after(large, 2_000), stops)
})

test('so does what would find its device, its host port or its task there already', () => {
  const gpu = { resources: { cpuMilli: 100, memoryBytes: 0, diskBytes: 0, devices: { gpu: 1 } } }
  const fixed = { ports: [{ name: 'http', port: 80, hostPort: 8080, protocol: 'tcp' as const }] }
  for (const task of [gpu, fixed, { replicas: 2, distinctWorkers: true }]) {
    const story = new CoreStory(managerCore())
    const other = on('other.api.0', 'w2')
    story.given(registered('w1', 4_000, { gpu: 1 }), registered('w2', 4_000, { gpu: 1 }))
    story.given(
      submitted(aJob({ tasks: [task] })),
      submitted(aJob({ name: 'other', tasks: [{ ...task, replicas: 1 }] })),
    )
    story.core.lead(story.view, story.now)
    up(story, 0, 'w1')
    if ('replicas' in task) up(story, 1, 'w2')
    else story.given(other.scheduled(), other.started())
    after(story, 10_000)
    assert.equal(said(story, draining()), [])
    story.given(registered('w3', 4_000, { gpu: 1 }))
    assert.equal(after(story, 2_000), stops)
  }
})

test('what has its data on the drained worker stays there until the deadline, as it could run nowhere else', () => {
  const story = drained({ volumes: [{ type: 'volume', source: 'data', target: '/data' }] })
  assert.equal(said(story), [])
  assert.equal(said(story, draining('w1', 5_000)), [])
  assert.equal(after(story, 5_000), stops)
})

test('who takes no decisions is not waited for when the time of a drain is up: the others go, and then the manager rests', () => {
  const story = given()
  story.given(draining('w1', 1_000)).settle()
  const error = { tag: 'UnknownVersion', detail: 'version 99' } as const
  const seq = story.log.entries.length + 1
  story.log.entries.push({ seq, event: { type: 'Unreadable', path: `events.task.${id(1)}.w1.X`, error } })
  assert.equal(after(story.fold(), 2_000), ['EventQuarantined', `TaskStopRequested ${id(2)} on w1`])
})

test('with start-first each is healthy elsewhere before it stops here', () => {
  const story = given({ order: 'start-first', maxParallel: 3 })
  assert.equal(
    said(story, draining()),
    [0, 1, 2].map((index) => `TaskReplaceRequested ${id(index)} on w1`),
  )
  up(story, 1)
  assert.equal(after(story, 10_000), [`TaskStopRequested ${id(1)} on w1`])
  up(story, 0)
  up(story, 2)
  assert.equal(after(story, 10_000), [`TaskStopRequested ${id(0)} on w1`, `TaskStopRequested ${id(2)} on w1`])
  story.given(...[0, 1].map((index) => on(id(index), 'w1', 1).stopped()))
  assert.equal(said(story, on(id(2), 'w1', 1).stopped()), ['WorkerDrained w1'])
})

test('what is left at the deadline is stopped, whatever it waits for', () => {
  const story = given({ order: 'start-first' })
  assert.equal(said(story, draining('w1', 60_000)), [`TaskReplaceRequested ${id(0)} on w1`])
  assert.equal(after(story, 59_000), [])
  assert.equal(
    after(story, 1_000).sort(),
    [0, 1, 2].map((index) => `TaskStopRequested ${id(index)} on w1`),
  )
})

test('batch work has until the deadline to finish', () => {
  const story = given({}, 'batch')
  assert.equal([said(story, draining('w1', 60_000)), after(story, 59_000)], [[], []])
  story.given(on(id(0)).completed(), on(id(1)).completed())
  assert.equal(after(story, 1_000), [`TaskStopRequested ${id(2)} on w1`])
})

test('a drain that is called off moves nothing more', () => {
  const story = given()
  story.given(draining()).settle()
  story.given({ type: 'WorkerUncordoned', data: { worker: 'w1', reason: null } })
  story.given(story.log.on(id(0)).stopped())
  up(story, 0)
  assert.equal(after(story, 60_000), [])
})

test('an empty worker is drained at once, and what is so already writes nothing', () => {
  const story = given()
  assert.equal(said(story, draining('w2')), ['WorkerDrained w2'])
  const outcomes = (['cordon', 'drain', 'uncordon'] as const).map((wish) => {
    const outcome = setIntake(story.log.cluster, 'w2', wish, null, null)
    return E.isRight(outcome) ? outcome.right.tag : outcome.left.tag
  })
  assert.equal(outcomes, ['Nothing', 'Nothing', 'Write'])
})

test('what was placed on a worker before it was heard that it is closed is moved away, also when it is drained', () => {
  const story = given()
  story.given(draining('w2'))
  assert.equal(news(story.settle()), ['WorkerDrained w2'])
  story.given(story.log.on(id(0)).stopAsked(), story.log.on(id(0)).stopped())
  up(story, 0, 'w2')
  assert.equal(after(story, 10_000), [`TaskStopRequested ${id(0)} on w2`])
  story.given(story.log.on(id(0)).stopped())
  up(story, 0, 'w1')
  assert.equal(after(story, 10_000), [])
  assert.is(story.log.cluster.workers.get('w2')?.intake, 'drained')
})

test('what an update may take down besides is decided when it is known what the deadline of a drain has taken', () => {
  const story = given()
  story.given(story.log.on(id(0)).stopAsked(), story.log.on(id(0)).stopped())
  up(story, 0, 'w2')
  after(story, 10_000)
  const next = submitted(aJob({ tasks: [{ replicas: 3, env: { V: '2' }, update: DEFAULT_UPDATE }] }), 2)
  const begun: Draft = { type: 'UpdateStarted', data: { job: 'web', version: 2, replaces: 3 } }
  assert.equal(said(story, next, begun, draining('w1', 0)).sort(), [
    `TaskStopRequested ${id(1)} on w1`,
    `TaskStopRequested ${id(2)} on w1`,
  ])
})

test.run()
