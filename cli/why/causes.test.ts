import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Draft, Entry } from '#libs/events'
import { parseInstanceId } from '#libs/kernel'
import { aJob, elected } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { makePlan } from '../../libs/testing/sim/plan'
import { record } from '../../libs/testing/sim/run'
import { chainOf, endOf, stoppingOf, type WorkerTales } from './causes'
import { type Story, storyOf, type Told } from './story'

const refOf = (id: string) => {
  const parsed = parseInstanceId(id)
  if (parsed._tag === 'Left') throw new Error(parsed.left.what)
  return parsed.right
}

/** What `ork why` reads of a log: what is about the instance, its job, and its workers. */
const read = (entries: readonly Entry[], id: string): { readonly story: Story; readonly workers: WorkerTales } => {
  const ref = refOf(id)
  const [own, others] = [new Set([id, ref.job]), new Map<string, Told[]>()]
  for (const { seq, event } of entries) {
    if (event.type === 'Unreadable' || !event.type.startsWith('Worker')) continue
    others.set(event.subject, [...(others.get(event.subject) ?? []), { seq, event }])
  }
  const isAbout = ({ event }: Entry): boolean =>
    event.type !== 'Unreadable' && (own.has(event.subject) || OF_CLUSTER.has(event.type))
  return { story: storyOf(ref, entries.filter(isAbout)), workers: others }
}

const OF_CLUSTER: ReadonlySet<string> = new Set(['LeaderElected', 'RebalanceRequested'])

const typesOf = (told: readonly Told[]): string[] => told.map(({ event }) => event.type)

/** How the last attempt of web.api.0 began, and how the one before it ended. */
const chains = ({ entries }: History, id = 'web.api.0') => {
  const { story, workers } = read(entries, id)
  const [before, last] = story.runs.slice(-2).length === 2 ? story.runs.slice(-2) : [undefined, story.runs.at(-1)]
  const end = before === undefined ? undefined : endOf(story, before)
  return {
    begun: last === undefined ? [] : typesOf(chainOf(story, workers, last.begun)),
    ended: end === undefined ? [] : typesOf(chainOf(story, workers, end)),
  }
}

/** `web.api.0` runs on w1; there is w2 too. */
const running = (): History => {
  const history = new History()
  history.add(elected('manager', 'm1', 1))
  history.add(elected('scheduler', 's1', 1))
  history.register('w1')
  history.register('w2')
  history.submit(aJob())
  history.schedule('web.api.0', 'w1')
  history.add(history.on('web.api.0').started())
  return history
}

const told = (history: History, ...drafts: readonly Draft[]): History => {
  for (const draft of drafts) history.add(draft)
  return history
}

test('a first placement leads back to who submitted the job', () => {
  const history = running()
  assert.equal(chains(history), { begun: ['TaskScheduled', 'JobSubmitted'], ended: [] })
})

test('a restart leads back to the exit, and a failure to start stands for itself', () => {
  const history = running()
  const first = history.on('web.api.0')
  told(history, first.exited(137))
  const { worker, placedSeq } = history.instance('web.api.0')
  const restarting = (attempt: number): Draft => ({
    type: 'TaskRestarting',
    data: {
      ...refOf('web.api.0'),
      worker: worker ?? '',
      attempt,
      placement: placedSeq,
      delayMs: 1,
      restarts: 1,
      reason: 'x',
    },
  })
  told(history, restarting(2))
  assert.equal(chains(history), { begun: ['TaskRestarting', 'TaskExited'], ended: ['TaskRestarting', 'TaskExited'] })
  told(history, restarting(3))
  assert.equal(chains(history).begun, ['TaskRestarting'])
})

test('a replacement leads back by way of the loss to the silence of the worker', () => {
  const history = running()
  told(history, { type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } })
  told(history, { type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  told(history, history.on('web.api.0').lost())
  history.schedule('web.api.0', 'w2')
  const loss = ['TaskLost', 'WorkerLost', 'WorkerSuspected']
  assert.equal(chains(history), { begun: ['TaskScheduled', ...loss], ended: loss })
})

test('a job that is stopped ends its attempt, and while it is stopping that is why', () => {
  const history = running()
  history.stopJob('web')
  const { story, workers } = read(history.entries, 'web.api.0')
  const [only] = story.runs
  const asked = only === undefined ? undefined : stoppingOf(story, only)
  assert.equal(asked === undefined ? [] : typesOf(chainOf(story, workers, asked)), ['JobStopRequested'])
  told(history, history.on('web.api.0').stopped())
  const after = read(history.entries, 'web.api.0')
  const end = after.story.runs[0] === undefined ? undefined : endOf(after.story, after.story.runs[0])
  assert.equal(end === undefined ? [] : typesOf(chainOf(after.story, after.workers, end)), [
    'TaskStopped',
    'JobStopRequested',
  ])
})

test('what is moved for a better balance leads back to who asked for it', () => {
  const history = running()
  const { placedSeq: placement } = history.instance('web.api.0')
  const move = { ...refOf('web.api.0'), worker: 'w1', placement, target: 'w2', gain: 300 }
  told(history, { type: 'RebalanceRequested', data: { policy: 'spread', moves: [move], reason: null } })
  told(history, history.on('web.api.0').replaceAsked('moved to w2 for a better balance'))
  history.schedule('web.api.0', 'w2')
  assert.equal(chains(history).begun, ['TaskScheduled', 'TaskReplaceRequested', 'RebalanceRequested'])
})

test('a decision of a leader that was succeeded is no part of the story', () => {
  const history = running()
  told(history, elected('manager', 'm2', 2))
  history.add(history.on('web.api.0').stopAsked('worker w1 is drained'), { epoch: 1 })
  const { story } = read(history.entries, 'web.api.0')
  assert.is(story.runs.length, 1)
  assert.equal(
    story.runs.map((one) => stoppingOf(story, one)),
    [undefined],
  )
})

/** What may begin a chain: somebody asked, a worker or a container did it by itself, the worker said why it would not, or a batch job is over. */
const BEGINNINGS = new Set([
  ...[
    'JobSubmitted',
    'JobScaled',
    'JobReverted',
    'JobStopRequested',
    'CronFired', // somebody asked for it
    'JobFailed', // the time of a batch job is up
    'JobRestartRequested',
    'RebalanceRequested',
    'WorkerDraining',
    'WorkerForgotten',
    'WorkerLeft',
  ],
  ...['WorkerSuspected', 'WorkerRegistered', 'WorkerReturned', 'WorkerLost', 'TaskExited', 'TaskRejected'],
  ...['TaskPreempted', 'TaskRestarting', 'TaskFailed', 'TaskCompleted', 'TaskStopped', 'TaskHealthChanged'],
])

test('whatever happens to a cluster, every attempt leads back to who or what began it, and so does its end', async () => {
  for (let seed = 1; seed <= 6; seed += 1) {
    const entries = await record(makePlan(seed, 60))
    const history = new Map<string, Entry[]>()
    for (const entry of entries) {
      if (entry.event.type === 'TaskScheduled') history.set(entry.event.subject, [])
    }
    for (const id of history.keys()) {
      const { story, workers } = read(entries, id)
      for (const one of story.runs) {
        for (const first of [one.begun, endOf(story, one), stoppingOf(story, one)]) {
          if (first === undefined) continue
          const chain = chainOf(story, workers, first)
          assert.ok(
            BEGINNINGS.has(chain.at(-1)?.event.type ?? ''),
            `seed ${seed}, ${id}: ${typesOf(chain).join(' ← ')}`,
          )
        }
      }
    }
  }
})

test.run()
