import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft } from '#libs/events'
import type { OnDisconnect } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore } from '.'

type Story = CoreStory<ManagerView>

const given = (...drafts: readonly Happened[]): Story => {
  const story = new CoreStory(managerCore())
  story.given(...drafts)
  story.core.lead(story.view, story.now)
  return story
}

/** Time passes in steps of half a second; who is named is heard of in each. */
const after = (story: Story, ms: number, ...alive: readonly string[]): string[] => {
  const said: Draft[] = []
  for (let passed = 0; passed < ms; passed += 500) {
    story.pass(500)
    story.hear(...alive)
    said.push(...story.settle())
  }
  return inShort(said)
}

const three = [registered('w1'), registered('w2'), registered('w3')]

test('a silent worker is suspected after six seconds and lost after fifteen', () => {
  const story = given(...three)
  assert.equal(after(story, 5_500, 'w1', 'w2'), [])
  assert.equal(after(story, 500, 'w1', 'w2'), ['WorkerSuspected w3'])
  assert.equal(after(story, 8_500, 'w1', 'w2'), [])
  assert.equal(after(story, 500, 'w1', 'w2'), ['WorkerLost w3'])
})

test('a worker that is heard again returns, suspected or lost', () => {
  for (const silence of [6_000, 15_000]) {
    const story = given(...three)
    after(story, silence, 'w1', 'w2')
    assert.equal(after(story, 500, 'w1', 'w2', 'w3'), ['WorkerReturned w3'])
  }
})

test('a wall clock that jumps changes nothing', () => {
  for (const jump of [3_600_000, -3_600_000]) {
    const story = given(...three)
    assert.equal(after(story, 3_000, 'w1', 'w2'), [])
    story.log.time += jump
    assert.equal(after(story, 2_500, 'w1', 'w2'), [])
    assert.equal(after(story, 9_500, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3'])
    story.log.time += jump
    assert.equal(after(story, 20_000, 'w1'), ['WorkerSuspected w2'], 'and the first loss is still a fresh one')
  }
})

test('a new leader gives everyone the full time', () => {
  const story = given(...three)
  after(story, 5_000, 'w1', 'w2')
  story.core.lead(story.view, story.now)
  assert.equal(after(story, 5_500), [])
})

test('a worker that registers after a long time away is not taken for silent', () => {
  const story = given(...three)
  story.given({ type: 'WorkerLeft', data: { worker: 'w3' } })
  assert.equal(after(story, 14_000, 'w1', 'w2'), [])
  story.given(registered('w3'))
  assert.equal(after(story, 5_000, 'w1', 'w2'), [])
})

test('when most are silent at once nobody is lost, and the alarm says why', () => {
  const story = given(...three)
  assert.equal(after(story, 60_000, 'w1'), ['WorkerSuspected w2', 'WorkerSuspected w3'])
  assert.match(story.view.alarm ?? '', /^2 of 3 workers are silent at once/)
  assert.equal(after(story, 500, 'w1', 'w2'), ['WorkerReturned w2', 'WorkerLost w3'])
  assert.is(story.view.alarm, null)
})

test('the only worker is never lost', () => {
  const story = given(registered('w1'))
  assert.equal(after(story, 120_000), ['WorkerSuspected w1'])
})

test('what was on a lost worker is lost, each with the sequence that is known of it', () => {
  const story = given(...three, submitted(aJob({ tasks: [{ replicas: 2 }] })))
  story.given(on('web.api.0', 'w3').scheduled(), on('web.api.1', 'w1').scheduled(), on('web.api.0', 'w3').started())
  assert.equal(after(story, 15_000, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3', 'TaskLost web.api.0 on w3'])
  assert.is(story.log.instance('web.api.0').state, 'pending')
  assert.is(story.log.instance('web.api.1').state, 'scheduled')
})

test('losses come in batches, the rest is decided next', () => {
  const story = given(...three, submitted(aJob({ tasks: [{ replicas: 1_500 }] })))
  for (let index = 0; index < 1_500; index += 1) story.given(on(`web.api.${index}`, 'w3').scheduled())
  story.given({ type: 'WorkerLost', data: { worker: 'w3', silentMs: 15_000 } })
  const { decisions } = story.core.decide(story.view, story.now)
  assert.is(decisions.length, 1_000)
  assert.ok(decisions.every(({ draft, expect }) => draft.type === 'TaskLost' && expect === 5 + draft.data.index))
  story.given(...decisions.map(({ draft }) => draft))
  assert.equal(inShort(story.pass(100).settle()).length, 500)
})

/** An instance on w3 that runs, of a job with its own wishes for when w3 is silent. */
const runsOnW3 = (onDisconnect?: OnDisconnect, lostAfterMs?: number, graceMs = 4_000): Story => {
  const stop = { signal: 'SIGTERM', graceMs }
  const job = aJob({ tasks: [{ stop, ...(onDisconnect === undefined ? {} : { onDisconnect }) }] })
  const story = given(...three, submitted(lostAfterMs === undefined ? job : { ...job, lostAfterMs }))
  return story.given(on('web.api.0', 'w3').scheduled(), on('web.api.0', 'w3').started())
}

const left: Draft = { type: 'WorkerLeft', data: { worker: 'w3' } }
const forgotten: Draft = { type: 'WorkerForgotten', data: { worker: 'w3', reason: null } }
const LOST = 'TaskLost web.api.0 on w3'

test('an instance is given up when its job says so, sooner or later than its worker', () => {
  const early = runsOnW3('replace', 10_000)
  assert.equal(after(early, 9_500, 'w1', 'w2'), ['WorkerSuspected w3'])
  assert.equal(after(early, 500, 'w1', 'w2'), [LOST])
  const late = runsOnW3('replace', 60_000)
  assert.equal(after(late, 59_500, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3'])
  assert.equal(after(late, 500, 'w1', 'w2'), [LOST])
})

test('the wait is as of the placement, which is all that a worker that is cut off knows', () => {
  const story = runsOnW3(undefined, 60_000)
  story.given(submitted(aJob({ tasks: [{ stop: { signal: 'SIGTERM', graceMs: 4_000 } }] }), 2))
  assert.equal(after(story, 59_500, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3'])
})

test('one that waits for its worker is not given up until a user does so', () => {
  const story = runsOnW3('wait')
  assert.equal(after(story, 600_000, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3'])
  story.given(forgotten)
  assert.equal(after(story, 500, 'w1', 'w2'), [LOST])
})

test('one that its worker stops by itself is given that worker the time to do so', () => {
  const story = runsOnW3('stop')
  assert.equal(after(story, 20_500, 'w1', 'w2'), ['WorkerSuspected w3', 'WorkerLost w3'])
  assert.equal(after(story, 500, 'w1', 'w2'), [LOST])
})

test('what is on a worker that left in order is replaced, or waits where nobody is there to stop it', () => {
  assert.equal(after(runsOnW3().given(left), 20_000, 'w1', 'w2'), [LOST])
  assert.equal(after(runsOnW3('stop').given(left), 60_000, 'w1', 'w2'), [])
  assert.equal(after(runsOnW3('wait').given(left), 60_000, 'w1', 'w2'), [])
})

test('a lost worker that is heard again keeps what was not given up', () => {
  const story = runsOnW3('wait')
  after(story, 60_000, 'w1', 'w2')
  assert.equal(after(story, 500, 'w1', 'w2', 'w3'), ['WorkerReturned w3'])
  assert.is(story.log.instance('web.api.0').state, 'running')
})

test('workers that left in order are no alarm, however many', () => {
  const story = runsOnW3()
  story.given(left, { type: 'WorkerLeft', data: { worker: 'w2' } })
  assert.equal(after(story, 20_000, 'w1'), [LOST])
  assert.is(story.view.alarm, null)
})

test('of most that are silent at once, one that a user gives up is replaced, and counts no more', () => {
  const story = runsOnW3()
  assert.equal(after(story, 30_000, 'w1'), ['WorkerSuspected w2', 'WorkerSuspected w3'])
  story.given(forgotten)
  assert.equal(after(story, 500, 'w1'), ['WorkerLost w2', LOST])
})

test('losses a while apart are moved, but none that would make them more than half of all within a minute', () => {
  const names = Array.from({ length: 20 }, (_, index) => `n${index}`)
  const story = given(...names.map((name) => registered(name)))
  const lost = (said: readonly string[]): number => said.filter((line) => line.startsWith('WorkerLost')).length
  assert.is(lost(after(story, 15_000, ...names.slice(6))), 6)
  assert.is(lost(after(story, 15_000, ...names.slice(11))), 0)
  assert.match(story.view.alarm ?? '', /^11 of 20 workers are silent at once/)
  assert.is(lost(after(story, 60_000, ...names.slice(11))), 5, 'a minute later the first ones are history')
})

test('a manager that was stalled holds nobody the time against that it could not hear', () => {
  const story = runsOnW3()
  after(story, 1_000, 'w1', 'w2', 'w3')
  story.pass(30_000)
  assert.equal(story.settle(), [])
  assert.equal(after(story, 5_000, 'w1', 'w2', 'w3'), [])
})

test.run()
