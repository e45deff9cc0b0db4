import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, type EventOf, stamp, type Unreadable } from '#libs/events'
import { given } from '../testing/given'
import { aJob, elected, on, registered, stopAsked, submitted } from '../testing/happenings'
import {
  describeCluster,
  emptyCluster,
  evolve,
  type Instance,
  ignoreChanges,
  isFrozen,
  jobSeq,
  MAX_SERVICES,
  type WorkerState,
} from './index'

type WorkerEvent = EventOf<
  'WorkerRegistered' | 'WorkerSuspected' | 'WorkerLost' | 'WorkerReturned' | 'WorkerLeft' | 'WorkerForgotten'
>
const w1: Readonly<Record<WorkerEvent['type'], Draft>> = {
  WorkerRegistered: registered('w1'),
  WorkerSuspected: { type: 'WorkerSuspected', data: { worker: 'w1', silentMs: 6_000 } },
  WorkerLost: { type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } },
  WorkerReturned: { type: 'WorkerReturned', data: { worker: 'w1' } },
  WorkerLeft: { type: 'WorkerLeft', data: { worker: 'w1' } },
  WorkerForgotten: { type: 'WorkerForgotten', data: { worker: 'w1', reason: null } },
}
const { WorkerRegistered, WorkerSuspected, WorkerLost, WorkerLeft, WorkerForgotten } = w1

const WAYS: Readonly<Record<WorkerState, readonly Draft[]>> = {
  ready: [WorkerRegistered],
  suspected: [WorkerRegistered, WorkerSuspected],
  left: [WorkerRegistered, WorkerLeft],
  lost: [WorkerRegistered, WorkerSuspected, WorkerLost],
  forgotten: [WorkerRegistered, WorkerSuspected, WorkerForgotten],
}

/** What is to follow, said once more in full: event by event, from ready, suspected, left, lost, forgotten. */
const STEPS: Readonly<Record<WorkerEvent['type'], readonly (WorkerState | 'ignored')[]>> = {
  WorkerRegistered: ['ready', 'ready', 'ready', 'ready', 'ready'],
  WorkerSuspected: ['suspected', 'ignored', 'ignored', 'ignored', 'ignored'],
  WorkerLost: ['lost', 'lost', 'lost', 'ignored', 'ignored'],
  WorkerReturned: ['ignored', 'ready', 'ignored', 'ready', 'ready'],
  WorkerLeft: ['left', 'left', 'ignored', 'ignored', 'ignored'],
  WorkerForgotten: ['ignored', 'forgotten', 'forgotten', 'forgotten', 'ignored'],
}

for (const type of Object.keys(STEPS) as WorkerEvent['type'][]) {
  ;(['ready', 'suspected', 'left', 'lost', 'forgotten'] as const).forEach((state, at) => {
    const to = STEPS[type][at]
    test(`${type} of a worker that is ${state}: ${to}`, () => {
      const story = given(...WAYS[state], w1[type])
      assert.equal(story.workers, { w1: to === 'ignored' ? state : to })
      assert.is(story.ignored.illegal, to === 'ignored' ? 1 : 0)
      assert.is(story.cluster.workers.get('w1')?.seq, story.cluster.seq)
    })
  })
}

test('a lost worker keeps its instances until each is said to be lost; then they are pending and it is free', () => {
  const story = given(registered(), submitted(), on('web.api.0').scheduled(), WorkerSuspected, WorkerLost)
  assert.equal(story.workers, { w1: 'lost, 500m for web.api.0' })
  story.when(on('web.api.0').lost())
  assert.equal([story.workers, story.instances], [{ w1: 'lost' }, { 'web.api.0': 'pending' }])
})

test('what a worker has is as of its last registration', () => {
  const story = given(registered('w1', 1_000), registered('w1', 8_000))
  assert.is(story.cluster.workers.get('w1')?.capacity.cpuMilli, 8_000)
})

const fixed = (image: string) =>
  aJob({ tasks: [{ replicas: 2, image, ports: [{ name: 'http', port: 80, hostPort: 8080, protocol: 'tcp' }] }] })
const portsOf = (story: ReturnType<typeof given>): readonly string[] => [
  ...(story.cluster.workers.get('w1')?.hostPorts ?? []),
]

test('a host port that two instances ask for is free when both are gone, not before', () => {
  const story = given(registered(), submitted(fixed('a:1')), on('web.api.0').scheduled(), on('web.api.1').scheduled())
  assert.equal(portsOf(story), ['8080/tcp'])
  assert.equal(portsOf(story.when(on('web.api.0').failed())), ['8080/tcp'])
  assert.equal(portsOf(story.when(on('web.api.1').failed())), [])
})

test('a decision of an older epoch changes nothing, whatever its writer believed, and is counted', () => {
  const story = given(registered(), submitted(), elected('scheduler', 's1', 1), elected('scheduler', 's2', 2))
  story.when({ draft: on('web.api.0').scheduled(), by: { epoch: 1 } })
  assert.equal([story.instances, story.ignored], [{ 'web.api.0': 'pending' }, { stale: 1, illegal: 0 }])
  assert.is(story.instance('web.api.0').seq, story.cluster.seq, 'its sequence counts all the same')
  story.when({ draft: on('web.api.0').scheduled(), by: { epoch: 2 } })
  assert.equal(story.instances, { 'web.api.0': 'scheduled w1#1' })
})

test('each role has epochs of its own, and facts and commands have none', () => {
  const story = given(registered(), submitted(), elected('manager', 'm1', 7))
  story.when({ draft: on('web.api.0').scheduled(), by: { epoch: 1 } }, on('web.api.0').started())
  assert.equal(story.instances, { 'web.api.0': 'running w1#1' })
  assert.equal(story.when(stopAsked()).jobs, { web: 'stopping v1' })
})

test('a stale loss of a worker, a stale end of a job and a stale record are ignored', () => {
  const unreadable: Unreadable = { type: 'Unreadable', path: 'events.job.x.Odd', error: { tag: 'NotJson', detail: '' } }
  const story = given(registered(), submitted(), stopAsked(), unreadable, elected('manager', 'm2', 2))
  for (const draft of [
    WorkerSuspected,
    { type: 'JobStopped', data: { job: 'web', version: 1 } },
    { type: 'EventQuarantined', data: { sequence: 4, subject: 'events.job.x', reason: '' } },
  ] as const)
    story.when({ draft, by: { epoch: 1 } })
  assert.equal([story.workers, story.jobs], [{ w1: 'ready' }, { web: 'stopping v1' }])
  assert.is(story.cluster.quarantined.get('events.job.x')?.since, null)
  assert.equal(story.ignored, { stale: 3, illegal: 0 })
})

test('of two elections with one epoch the first counts', () => {
  const story = given(elected('manager', 'm1', 1), elected('manager', 'm2', 1))
  assert.equal(story.cluster.leaders.manager, { holder: 'm1', epoch: 1, seq: 2 })
  assert.is(story.ignored.stale, 1)
})

test('a flood of large events that cannot be read leaves what is said of the cluster small, and counts them all', () => {
  const cluster = emptyCluster()
  for (let seq = 1; seq <= 10_000; seq += 1) {
    const error = { tag: 'UnknownType', detail: 'x'.repeat(10_000) } as const
    evolve(cluster, { seq, event: { type: 'Unreadable', path: `events.job.j${seq}.Odd`, error } }, ignoreChanges)
  }
  const summary = describeCluster(cluster)
  assert.is(summary.quarantinedCount, 10_000)
  assert.ok(JSON.stringify(summary).length < 2 ** 16, 'it must fit in one message')
})

test('an event that cannot be read freezes its aggregate, moves its sequence, and is on record when the manager says so', () => {
  const error = { tag: 'UnknownVersion', detail: 'TaskStarted version 9' } as const
  const story = given(registered(), submitted(), {
    type: 'Unreadable',
    path: 'events.task.web.api.0.w1.TaskScheduled',
    error,
  })
  assert.equal([...story.cluster.quarantined.keys()], ['events.task.web.api.0'])
  assert.is(story.instance('web.api.0').seq, 3)
  story.when({ type: 'Unreadable', path: 'events.control.manager.LeaderElected', error })
  assert.is(story.cluster.leaders.manager.seq, 4, 'or no manager could ever be elected again')
  const subject = 'events.task.web.api.0'
  story.when({ type: 'EventQuarantined', data: { sequence: 3, subject, reason: 'UnknownVersion' } })
  assert.equal(
    [...story.cluster.quarantined.values()].map(({ since }) => since),
    [5_000, null],
  )
})

const unreadable = (path: string): Unreadable => ({
  type: 'Unreadable',
  path: `events.${path}`,
  error: { tag: 'UnknownType', detail: 'odd' },
})
const lifted = (subject: string, sequence: number, through: number): Draft => ({
  type: 'QuarantineLifted',
  data: { subject: `events.${subject}`, sequence, through, reason: null },
})

test('a worker that tells nonsense of what others run, or of what is not there, holds nothing back', () => {
  const story = given(registered(), submitted(), on('web.api.0', 'w1').scheduled())
  const nonsense = (worker: string, type: string) => unreadable(`task.web.api.0.${worker}.${type}`)
  story.when(nonsense('w2', 'TaskExited'), unreadable('task.web.api.7.w2.TaskExited'))
  assert.equal([story.cluster.quarantined.size, story.ignored.illegal], [0, 2])
  assert.is(story.instance('web.api.0').seq, 4, 'it counts for what writers expect')
  assert.is(story.when(nonsense('w2', 'TaskPreempted')).cluster.quarantined.size, 1, 'it may be a decision')
  assert.is(
    given(registered(), submitted(), on('web.api.0', 'w1').scheduled(), nonsense('w1', 'TaskExited')).cluster
      .quarantined.size,
    1,
  )
})

test('what the services say of themselves is never frozen, or nobody could lead, record or lift', () => {
  const { cluster } = given(
    unreadable('control.manager.Odd'),
    unreadable('control.scheduler.Odd'),
    unreadable('job.x.Odd'),
  )
  assert.equal(
    [...cluster.quarantined.keys()].map((aggregate) => isFrozen(cluster, aggregate)),
    [false, false, true],
  )
})

test('a lifted aggregate takes decisions again, and those who decide are told of it', () => {
  const story = given(
    registered(),
    submitted(),
    unreadable('task.web.api.0.w1.Odd'),
    unreadable('task.web.api.0._.Odd'),
  )
  const frozen = (): boolean => isFrozen(story.cluster, 'events.task.web.api.0')
  const held = story.cluster.quarantined.get('events.task.web.api.0')
  assert.equal([held?.seq, held?.last, held?.count], [3, 4, 2])
  assert.ok(story.when(lifted('task.web.api.0', 3, 3)).instance('web.api.0').state === 'pending' && frozen())
  const told: Instance[] = []
  const lift = stamp(lifted('task.web.api.0', 3, 4), { id: 'l', source: 'manager/m1', time: 0 })
  evolve(story.cluster, { seq: 6, event: lift }, { ...ignoreChanges, instance: (instance) => told.push(instance) })
  assert.not.ok(frozen())
  assert.equal(told, [story.instance('web.api.0')])
  assert.is(story.cluster.leaders.manager.seq, 6)
})

test('a fold that could read everything has nothing to lift', () => {
  const story = given(registered(), submitted()).when(lifted('job.web', 2, 2), lifted('job.other', 1, 9))
  assert.equal([story.ignored, story.cluster.quarantined.size], [{ stale: 0, illegal: 0 }, 0])
})

test('services that come under ever new names are remembered up to a limit, the latest of them', () => {
  const registering = (name: string): Draft => ({ type: 'ManagerRegistered', data: { name, version: '0.1.0' } })
  const story = given(registering('first'), registering('second'))
  for (let at = 2; at < MAX_SERVICES; at += 1) story.when(registering(`m${at}`))
  story.when(registering('first'), registering('last'))
  const names = [...story.cluster.services.keys()]
  assert.is(names.length, MAX_SERVICES)
  assert.equal([names.includes('manager/second'), ...names.slice(-2)], [false, 'manager/first', 'manager/last'])
})

test('events about what is not there yet count for who comes to write there', () => {
  const story = given(registered(), on('web.api.1').started(), stopAsked('web'))
  assert.is(jobSeq(story.cluster, 'web'), 3)
  assert.is(jobSeq(story.cluster, 'other'), 0)
  story.when(submitted(aJob({ tasks: [{ replicas: 2 }] })))
  assert.is(jobSeq(story.cluster, 'web'), 4)
  assert.equal([story.instance('web.api.0').seq, story.instance('web.api.1').seq], [0, 2])
  assert.is(story.cluster.strays.size, 0)
})

test.run()
