import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft, Move } from '#libs/events'
import { DEFAULT_UPDATE, type UpdateSpec } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { DEFAULT_LIVENESS, type ManagerView, managerCore, rebalance } from '.'
import { PATIENCE_MS } from './rebalance'

type Story = CoreStory<ManagerView>

/** A job of three on w1, and w2 beside it, which has room for two of them. */
const given = (update: Partial<UpdateSpec> = {}): Story => {
  const story = new CoreStory(managerCore({ ...DEFAULT_LIVENESS, suspectAfterMs: Number.POSITIVE_INFINITY }))
  const resources = { cpuMilli: 400, memoryBytes: 0, diskBytes: 0 }
  const tasks = [{ replicas: 3, resources, update: { ...DEFAULT_UPDATE, ...update } }]
  story.given(registered('w1', 2_000), registered('w2', 1_000), submitted(aJob({ tasks })))
  story.core.lead(story.view, story.now)
  for (const index of [0, 1, 2]) up(story, index, 'w1')
  story.settle()
  after(story, 10_000)
  return story
}

const id = (index: number): string => `web.api.${index}`

const up = (story: Story, index: number, worker: string): void => {
  const next = on(id(index), worker, story.log.instance(id(index)).attempt + 1)
  story.given(next.scheduled(), next.started())
}

const moveOf = (story: Story, index: number): Move => {
  const { placedSeq } = story.log.instance(id(index))
  return { job: 'web', task: 'api', index, worker: 'w1', placement: placedSeq, target: 'w2', gain: 300 }
}

const ask = (story: Story, ...indexes: readonly number[]): string[] => {
  const moves = indexes.map((index) => moveOf(story, index))
  return news(story.given({ type: 'RebalanceRequested', data: { policy: 'spread', moves, reason: null } }).settle())
}

const after = (story: Story, ms: number): string[] => {
  const all = [...story.settle()]
  for (let passed = 0; passed < ms; passed += 500) all.push(...story.pass(500).settle())
  return news(all)
}

const news = (drafts: readonly Draft[]): string[] =>
  inShort(drafts).filter((line) => !/Suspected|Lost|Returned/.test(line))

test('what is to move does so by the update policy of its task, and knows where to', () => {
  const story = given()
  assert.equal(ask(story, 0, 1), [`TaskStopRequested ${id(0)} on w1`])
  assert.is(story.log.instance(id(0)).aim, 'w2')
  story.given(story.log.on(id(0)).stopped())
  assert.is(story.log.instance(id(0)).aim, 'w2')
  up(story, 0, 'w2')
  assert.is(story.log.instance(id(0)).aim, null)
  assert.equal(after(story, 10_000), [`TaskStopRequested ${id(1)} on w1`, 'RebalanceEnded'])
})

test('with start-first each is healthy where it goes before it stops where it was', () => {
  const story = given({ order: 'start-first', maxParallel: 2 })
  assert.equal(ask(story, 0, 1), [
    `TaskReplaceRequested ${id(0)} on w1`,
    `TaskReplaceRequested ${id(1)} on w1`,
    'RebalanceEnded',
  ])
  up(story, 1, 'w2')
  assert.equal(after(story, 10_000), [`TaskStopRequested ${id(1)} on w1`])
})

test('what finds no room where it is to go waits, and is dropped when nothing has begun for long', () => {
  const story = given({ maxParallel: 3 })
  assert.equal(ask(story, 0, 1, 2), [`TaskStopRequested ${id(0)} on w1`, `TaskStopRequested ${id(1)} on w1`])
  for (const index of [0, 1]) {
    story.given(story.log.on(id(index)).stopped())
    up(story, index, 'w2')
  }
  assert.equal(after(story, PATIENCE_MS - 500), [])
  assert.equal(after(story, 1_000), ['RebalanceEnded'])
  assert.is(story.log.cluster.rebalance, null)
  assert.equal(after(story, PATIENCE_MS), [])
})

test('a move waits for its turn, and is lost with its target', () => {
  const story = given()
  ask(story, 0, 1)
  story.given({ type: 'WorkerCordoned', data: { worker: 'w2', reason: null } })
  assert.equal(after(story, 500), ['RebalanceEnded'])
  story.given(story.log.on(id(0)).stopped())
  up(story, 0, 'w1')
  assert.equal(after(story, 20_000), [])
})

test('a manager that begins to lead goes on with it', () => {
  const story = given()
  ask(story, 0, 1)
  story.given(story.log.on(id(0)).stopped())
  up(story, 0, 'w2')
  story.core.lead(story.view, story.now)
  assert.equal(after(story, 20_000), [`TaskStopRequested ${id(1)} on w1`, 'RebalanceEnded'])
})

test('only what still is where it was is asked for', () => {
  const story = given()
  const moves = [0, 1].map((index) => moveOf(story, index))
  story.given(story.log.on(id(0)).failed())
  const asked = rebalance(story.log.cluster, 'spread', moves, 'w2 has joined')
  assert.ok(E.isRight(asked) && asked.right.tag === 'Write')
  const { draft } = asked.right.decision
  assert.equal(draft.type === 'RebalanceRequested' && draft.data.moves, moves.slice(1))
  const none = rebalance(story.log.cluster, 'spread', moves.slice(0, 1), null)
  assert.ok(E.isRight(none) && none.right.tag === 'Nothing')
})

test.run()
