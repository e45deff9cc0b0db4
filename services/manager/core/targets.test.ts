import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { instancesOf, isWanted } from '#libs/cluster'
import type { Draft } from '#libs/events'
import type { TaskSpec } from '#libs/spec'
import { CoreStory } from '../../../libs/testing/coreStory'
import { aJob, draining, on, registered, submitted } from '../../../libs/testing/happenings'
import { managerCore } from '.'

const agent = (task: Partial<TaskSpec> = {}, version = 1): Draft =>
  submitted(aJob({ name: 'agent', kind: 'system', tasks: [task] }), version)

const given = (...drafts: readonly Draft[]) => {
  const story = new CoreStory(managerCore()).given(...drafts)
  story.core.lead(story.view, story.now)
  return story
}

type Story = ReturnType<typeof given>

/** What is said of the workers of the job: `+w1 -w2`. */
const targeted = (story: Story): string[] =>
  story.settle().flatMap(({ type, data }) => {
    if (type !== 'JobTargeted') return []
    return [[...data.add.map((name) => `+${name}`), ...data.remove.map((name) => `-${name}`)].join(' ')]
  })

const wanted = ({ log }: Story): string[] =>
  [...instancesOf(log.cluster, 'agent')].flatMap((one) =>
    isWanted(one) ? [`${one.index} ${one.task.job.targets[one.index]?.worker} ${one.state}`] : [],
  )

const run = (story: Story, index: number, worker: string, attempt = 1): void => {
  const one = on(`agent.api.${index}`, worker, attempt)
  story.given(one.scheduled(), one.started()).hear('w1', 'w2', 'w3')
}

test('a system job has an instance for each worker, also for one that comes later', () => {
  const story = given(registered('w1'), registered('w2'), agent())
  assert.equal(targeted(story), ['+w1 +w2'])
  story.given(registered('w3'))
  assert.equal(targeted(story), ['+w3'])
  assert.equal(wanted(story), ['0 w1 pending', '1 w2 pending', '2 w3 pending'])
})

test('where there is no worker that is said, too, so that who waits knows', () => {
  const story = given(agent())
  assert.equal(targeted(story), [''])
  assert.equal(targeted(story), [])
})

test('only workers that offer its driver and meet its constraints are among them, by the labels that they have now', () => {
  const zone = { attribute: 'label.zone', operator: '=', value: 'a' } as const
  const labelled = (worker: string, labels: Record<string, string>): Draft => {
    const draft = registered(worker)
    return { ...draft, data: { ...draft.data, labels } } as Draft
  }
  const story = given(labelled('w1', { zone: 'a' }), labelled('w2', {}), agent({ constraints: [zone] }))
  assert.equal(targeted(story), ['+w1'])
  story.given(labelled('w2', { zone: 'a' }), labelled('w1', { zone: 'b' }))
  assert.equal(targeted(story), ['+w2 -w1'])
  assert.equal(wanted(story), ['1 w2 pending'])
})

test('what runs on a worker stays when it is cordoned, and nothing new comes there', () => {
  const story = given(registered('w1'), registered('w2'), agent())
  targeted(story)
  run(story, 0, 'w1')
  for (const worker of ['w1', 'w2']) story.given({ type: 'WorkerCordoned', data: { worker, reason: null } })
  assert.equal(targeted(story), ['-w2'])
  story.given({ type: 'WorkerUncordoned', data: { worker: 'w2', reason: null } })
  assert.equal(targeted(story), ['+w2'])
  assert.equal(wanted(story), ['0 w1 running', '1 w2 pending'])
})

test('a drained worker is left by system jobs once nothing else is there', () => {
  const story = given(registered('w1'), registered('w2'), agent(), submitted())
  targeted(story)
  run(story, 0, 'w1')
  story.given(on('web.api.0').scheduled(), on('web.api.0').started(), draining('w1'))
  assert.equal(targeted(story), [])
  story.given(on('web.api.0').stopped())
  assert.equal(targeted(story), ['-w1'])
  story.given(on('agent.api.0').stopped())
  assert.ok(story.settle().some(({ type }) => type === 'WorkerDrained'))
})

test('a worker that is lost counts until what it had is given up, and has its own instance again when it is back', () => {
  const story = given(registered('w1'), registered('w2'), agent())
  targeted(story)
  run(story, 1, 'w2')
  story.given({ type: 'WorkerLost', data: { worker: 'w2', silentMs: 20_000 } })
  assert.equal(targeted(story), [])
  story.given(on('agent.api.1', 'w2').lost())
  assert.equal(targeted(story), ['-w2'])
  assert.is(story.log.instance('agent.api.1').state, 'stopped')
  story.given({ type: 'WorkerReturned', data: { worker: 'w2' } })
  assert.equal(targeted(story), ['+w2'])
  assert.equal(wanted(story), ['0 w1 pending', '1 w2 pending'])
})

test('a new version replaces what runs by its update policy, a few workers at a time', () => {
  const story = given(registered('w1'), registered('w2'), agent())
  targeted(story)
  run(story, 0, 'w1')
  run(story, 1, 'w2')
  story.given(agent({ image: 'busybox:2' }, 2))
  const asked = story.settle().filter(({ type }) => type === 'TaskStopRequested')
  assert.is(asked.length, 1)
})

test.run()
