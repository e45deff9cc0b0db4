import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Affinity, parseConstraint, type TaskSpec } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { explain, recompute, schedulerCore, setPolicy } from '.'

const given = (...drafts: readonly Happened[]) => new CoreStory(schedulerCore()).given(...drafts)

const cores = (cpuMilli: number): Pick<TaskSpec, 'resources'> => ({
  resources: { cpuMilli, memoryBytes: 0, diskBytes: 0 },
})

const port = (hostPort: number): Pick<TaskSpec, 'ports'> => ({
  ports: [{ name: 'http', port: 80, hostPort, protocol: 'tcp' }],
})

const job = (name: string, task: Partial<TaskSpec> = {}) => submitted(aJob({ name, tasks: [task] }))

test('instances are spread over the workers, ties go by name', () => {
  const story = given(registered('w2'), registered('w1'), job('web', { replicas: 3 }))
  assert.equal(inShort(story.settle()), [
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w2',
    'TaskScheduled web.api.2 on w1',
  ])
})

test('the policy is that of the cluster as of the log, and a job may name its own', () => {
  const policy = { type: 'PolicySet' as const, data: { policy: 'binpack' as const, seed: null, preemption: null } }
  const story = given(registered('w1'), registered('w2'), policy, job('web', { replicas: 2 }))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskScheduled web.api.1 on w1'])
  story.given(submitted({ ...aJob({ name: 'own' }), placement: { policy: 'spread' } }))
  assert.equal(inShort(story.settle()), ['TaskScheduled own.api.0 on w2'])
  assert.is(
    setPolicy(story.log.cluster, { policy: 'binpack', seed: null, preemption: false }),
    null,
    'it is so already',
  )
})

/** Placed on a worker, failed there for good, and to be placed anew. */
const failedOn = (id: string, worker: string, attempt: number): Happened[] => [
  on(id, worker, attempt).scheduled(),
  on(id, worker, attempt).failed(),
  on(id, worker, attempt).rescheduled(attempt),
]

test('an instance that has failed goes to another worker, and back only where no other fits', () => {
  const story = given(registered('w1'), registered('w2', 1_000), job('web', cores(600)))
  story.given(...failedOn('web.api.0', 'w1', 1))
  assert.equal(inShort(story.decide()), ['TaskScheduled web.api.0 on w2'], 'though w1 has more room')
  const [w1, w2] = explain(story.view, story.log.instance('web.api.0'))
  assert.equal([w1?.fits && w1.avoided, w2?.fits && w2.avoided], [true, undefined])
  story.given(...failedOn('web.api.0', 'w2', 2))
  assert.equal(inShort(story.decide()), ['TaskScheduled web.api.0 on w1'], 'both have failed it')
  const alone = given(registered('w1'), job('web'), ...failedOn('web.api.0', 'w1', 1))
  assert.equal(inShort(alone.decide()), ['TaskScheduled web.api.0 on w1'])
})

const wanting = (...constraints: readonly string[]): Pick<TaskSpec, 'constraints'> => ({
  constraints: constraints.map((text) => {
    const parsed = parseConstraint(text)
    if (E.isLeft(parsed)) throw new Error(parsed.left)
    return parsed.right
  }),
})

test('constraints are met by the worker that is taken, and one that misses them says which and what it has', () => {
  const story = given(registered('w1', 4_000, {}, { zone: 'a' }), registered('w2', 4_000, {}, { zone: 'b' }))
  story.given(job('web', { ...wanting('label.zone = b', 'worker != w9'), replicas: 2 }))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w2', 'TaskScheduled web.api.1 on w2'])
  const [w1] = explain(story.view, story.log.instance('web.api.0'))
  assert.equal(w1, {
    worker: 'w1',
    fits: false,
    filter: 'constraints',
    detail: 'label.zone = b is asked for, it has a',
  })
})

const zoned = (name: string, zone: string, cpuMilli = 4_000) => registered(name, cpuMilli, {}, { zone })

const zone = (value: string, weight: number): Affinity => ({ attribute: 'label.zone', operator: '=', value, weight })

test('what a task prefers goes before what the policy does, and gives way where there is no room', () => {
  const story = given(zoned('w1', 'a'), zoned('w2', 'b', 500), zoned('w3', 'c'))
  story.given(job('web', { ...cores(400), replicas: 3, affinities: [zone('b', 50), zone('c', -10)] }))
  assert.equal(inShort(story.settle()), [
    'TaskScheduled web.api.0 on w2',
    'TaskScheduled web.api.1 on w1',
    'TaskScheduled web.api.2 on w1',
  ])
  const { log } = story
  const again = recompute(log.cluster, log.instance('web.api.0'))
  assert.equal(
    again?.workers.map((one) => one.fits && one.preference),
    [undefined, false, { points: -10, parts: [{ rule: 'label.zone = c', points: -10 }] }],
  )
})

test('instances are spread evenly over what workers have of an attribute, those without it being of one kind, too', () => {
  const story = given(zoned('w1', 'a'), zoned('w2', 'a'), zoned('w3', 'b'), registered('w4'))
  story.given(job('web', { ...cores(10), replicas: 6, spread: [{ attribute: 'label.zone', weight: 50 }] }))
  story.settle()
  const { workers } = story.log.cluster
  const counts = ['w1', 'w2', 'w3', 'w4'].map((name) => workers.get(name)?.instances.size)
  assert.equal(counts, [1, 1, 2, 2])
  story.given(on('web.api.0', 'w1').lost())
  story.decide()
  const verdicts = explain(story.view, story.log.instance('web.api.0'))
  assert.equal(
    verdicts.map((one) => one.fits && one.preference?.parts[0]?.rule),
    ['a: 1', 'a: 1', 'b: 2', 'none: 2'].map((said) => {
      const [value, has] = said.split(': ')
      return `spread over label.zone: ${has} of 2 in ${value}`
    }),
  )
})

test('by targets each value has its part of the instances, and all others have the rest', () => {
  const story = given(zoned('w1', 'a'), zoned('w2', 'b'), zoned('w3', 'c'), zoned('w4', 'd'))
  const spread = [{ attribute: 'label.zone', weight: 50, targets: { a: 60, b: 20 } }]
  story.given(job('web', { ...cores(10), replicas: 10, spread })).settle()
  const { workers } = story.log.cluster
  const [a, b, c, d] = ['w1', 'w2', 'w3', 'w4'].map((name) => workers.get(name)?.instances.size ?? 0)
  assert.equal([a, b, (c ?? 0) + (d ?? 0)], [6, 2, 2])
})

test('no two instances of a task that asks for it share a worker, and one that is left over says which is there', () => {
  const story = given(registered('w1'), registered('w2'), job('web', { replicas: 3, distinctWorkers: true }))
  assert.equal(inShort(story.settle()), [
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w2',
    'TaskUnplaceable web.api.2',
  ])
  const { view, log } = story
  const [w1] = explain(view, log.instance('web.api.2'))
  assert.is(w1?.fits === false && w1.detail, 'web.api.0 is there, and no two of them share a worker')
  const again = recompute(log.cluster, log.instance('web.api.2'))
  assert.equal(again?.remedies[1], { needs: ['web.api.1 to be elsewhere'], workers: ['w2'] })
  story.given(on('web.api.1', 'w2').started(), log.on('web.api.1').replaceAsked())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.1 on w2'], 'beside its own former attempt')
  story.given(registered('w3'))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.2 on w3'])
})

test('what waits for a label says so, and is placed once a worker has it', () => {
  const story = given(registered('w1'), job('web', wanting('label.zone = b')))
  const [told] = story.decide()
  assert.equal(told?.type === 'TaskUnplaceable' && told.data.reasons, [{ reason: 'constraints', workers: 1 }])
  story.settle()
  const { view, log } = story
  assert.equal(recompute(log.cluster, log.instance('web.api.0'))?.remedies, [
    { needs: ['label.zone = b'], workers: ['w1'] },
  ])
  assert.is(view.queue.busy, false)
  story.given(registered('w1', 4_000, {}, { zone: 'b' }))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('a point of priority is worth ten seconds of waiting', () => {
  const story = given(registered('w1', 500), job('first'))
  story.settle()
  story.given(job('early')).pass(10_000)
  story.given(submitted({ ...aJob({ name: 'late' }), priority: 52 })).settle()
  story.given(on('first.api.0').completed())
  assert.equal(inShort(story.settle()).slice(0, 1), ['TaskScheduled late.api.0 on w1'])
})

test('who waits longest comes first', () => {
  const story = given(job('late'), registered('w1', 500))
  story.log.time -= 1_000
  story.given(job('early'))
  assert.equal(inShort(story.settle()), ['TaskScheduled early.api.0 on w1', 'TaskUnplaceable late.api.0'])
})

test('that there is no place is said once for each reason', () => {
  const story = given(job('web', { replicas: 3 }))
  const [first] = story.decide()
  assert.equal(first?.type === 'TaskUnplaceable' && first.data.reasons, [
    { reason: 'no worker has joined', workers: 0 },
  ])
  assert.is(first?.type === 'TaskUnplaceable' && first.data.pending, 3)
  if (first !== undefined) story.given(first)
  assert.equal(story.settle(), [])
  story.given(registered('w1', 100))
  const [second] = story.settle()
  assert.equal(second?.type === 'TaskUnplaceable' && second.data.reasons, [{ reason: 'cpu', workers: 1 }])
  story.given(registered('w1', 200))
  assert.equal(story.settle(), [], 'the same reason again')
})

test('a worker that registers is given what waits', () => {
  const story = given(job('web', { replicas: 2 }))
  story.settle()
  story.given(registered('w1'))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskScheduled web.api.1 on w1'])
})

test('room that is freed is given to what waits', () => {
  const story = given(registered('w1', 500), job('web', { replicas: 2 }))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskUnplaceable web.api.1'])
  story.given(on('web.api.0').started(), on('web.api.0').failed())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.1 on w1'])
})

test('so is the room of an attempt that was to go on until its successor is healthy, and ends by itself', () => {
  const story = given(registered('w1', 500), job('web'))
  story.settle()
  const first = story.log.on('web.api.0')
  story.given(first.started(), first.replaceAsked())
  assert.equal(inShort(story.settle()), ['TaskUnplaceable web.api.0'])
  story.given(first.exited())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('room that was promised to what was stopped meanwhile is given to what was refused because of it', () => {
  const story = given(registered('w1', 500), job('early'), job('late'))
  const [, refused] = story.decide() // the placement of `early` is refused: the job has moved
  assert.equal(inShort(refused === undefined ? [] : [refused]), ['TaskUnplaceable late.api.0'])
  story.given(stopAsked('early'), ...(refused === undefined ? [] : [refused]))
  assert.equal(inShort(story.settle()), ['TaskScheduled late.api.0 on w1'])
})

test('a small task passes by a big one that has no place', () => {
  const story = given(registered('w1', 1_000), job('big', { ...cores(2_000), replicas: 5 }), job('small'))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable big.api.0', 'TaskScheduled small.api.0 on w1'])
})

test('a fixed host port goes to one instance of a worker, within a batch too', () => {
  const story = given(registered('w1'), registered('w2'), job('web', { ...port(80), replicas: 3 }))
  assert.equal(inShort(story.settle()), [
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w2',
    'TaskUnplaceable web.api.2',
  ])
})

test('a worker that turned an instance down is asked again once it is started anew', () => {
  const story = given(registered('w1', 500), job('web', { replicas: 2 }))
  story.settle()
  story.given(on('web.api.0').rejected('no such secret'))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable web.api.0', 'TaskScheduled web.api.1 on w1'])
  assert.equal(inShort(story.given(on('web.api.1').stopped(), registered('w1', 500)).settle()), [
    'TaskScheduled web.api.0 on w1',
    'TaskUnplaceable web.api.1',
  ])
})

test('a worker that turned an instance down is asked again once a restart is asked for', () => {
  const story = given(registered('w1'), job('web'))
  story.settle()
  assert.equal(inShort(story.given(on('web.api.0').rejected('no such secret')).settle()), ['TaskUnplaceable web.api.0'])
  story.given({ type: 'JobRestartRequested', data: { job: 'web', task: null, index: null, reason: null } })
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('nor is an instance kept from it that ran elsewhere when it was started anew', () => {
  const story = given(registered('w1'), registered('w2', 3_000), job('web'))
  story.settle()
  story.given(on('web.api.0', 'w1').rejected('no such secret'))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w2'])
  story.given(on('web.api.0', 'w2', 2).started(), registered('w1'), on('web.api.0', 'w2', 2).lost())
  assert.equal(story.log.instance('web.api.0').rejectedBy, [])
})

test('a worker that turned an instance down is not asked again until the job changes', () => {
  const story = given(registered('w1'), registered('w2', 3_000), job('web'))
  story.settle()
  story.given(on('web.api.0', 'w1').rejected())
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w2'])
  story.given(on('web.api.0', 'w2', 2).rejected())
  assert.equal(inShort(story.settle()), ['TaskUnplaceable web.api.0'])
  story.given(submitted(aJob({ tasks: [{ env: { V: '2' } }] }), 2))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('an instance that was turned down everywhere does not keep its neighbours from a place', () => {
  const story = given(registered('w1', 500), job('web', { replicas: 2 }))
  story.settle()
  story.given(on('web.api.0').rejected())
  assert.equal(inShort(story.settle()), ['TaskUnplaceable web.api.0', 'TaskScheduled web.api.1 on w1'])
})

test('only workers that are heard of are given anything', () => {
  const worker = { worker: 'w1', silentMs: 6_000 }
  const story = given(registered('w1'), { type: 'WorkerSuspected', data: worker }, job('web'))
  const [said] = story.settle()
  assert.equal(said?.type === 'TaskUnplaceable' && said.data.reasons, [{ reason: 'ready', workers: 1 }])
  story.given({ type: 'WorkerReturned', data: { worker: 'w1' } })
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('what is promised twice over goes to twice as many, and to none more than the machine has', () => {
  const twice = registered('w1', 4_000, {}, {}, { cpuMilli: 200 })
  const story = given(twice, job('web', { replicas: 3, ...cores(1_500) }), job('big', cores(2_500)))
  assert.equal(inShort(story.settle()), [
    'TaskUnplaceable big.api.0',
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w1',
    'TaskUnplaceable web.api.2',
  ])
  const [no] = explain(story.view, story.log.instance('big.api.0'))
  assert.equal(no?.fits === false && no.detail, 'asks for 2.5 cores, its machine has 2 cores')
  assert.equal(recompute(story.log.cluster, story.log.instance('big.api.0'))?.remedies, [], 'nothing would help')
})

test('a driver that a worker does not have is a reason', () => {
  const story = given(registered('w1'), job('web', { driver: 'docker' }))
  const [said] = story.settle()
  assert.equal(said?.type === 'TaskUnplaceable' && said.data.reasons, [{ reason: 'driver', workers: 1 }])
  const [verdict] = explain(story.view, story.log.instance('web.api.0'))
  assert.is(verdict?.fits === false && verdict.detail, 'driver docker is not offered, it has simulated')
})

test('what is stopped while it waits is not placed, what is submitted again is', () => {
  const story = given(registered('w1'), job('web'))
  story.given(stopAsked())
  assert.equal(story.settle(), [])
  story.pass(5_000).given(submitted(aJob(), 2))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

test('more than a batch is decided in the next ones', () => {
  const story = given(registered('w1', 2_000_000), job('web', { ...cores(1), replicas: 1_500 }))
  const first = story.decide()
  assert.is(first.length, 1_000)
  assert.is(story.wakeAt, story.mono)
  story.given(...first)
  assert.is(story.settle().length, 500)
})

test('the sequences that a placement was decided on are in it', () => {
  const story = given(registered('w1'), job('web'))
  const [decision] = story.core.decide(story.view, story.now).decisions
  assert.is(decision?.expect, 0)
  assert.equal(decision?.draft.type === 'TaskScheduled' && [decision.draft.data.asOf, decision.draft.data.policy], [
    2,
    'spread',
  ])
})

test('a parked task costs nothing while there is no room for it, however many of its instances wait', () => {
  const world = given(registered('w1', 1_000), job('first', cores(100)))
  world.settle()
  world.given(job('web', { ...cores(950), replicas: 5_000 }), job('big', cores(2_000))).settle()
  const { queue } = world.view
  const next = queue.next.bind(queue)
  const asked: string[] = []
  queue.next = () => {
    const instance = next()
    if (instance !== undefined) asked.push(`${instance.task.job.name}.${instance.index}`)
    return instance
  }
  world.given(on('first.api.0').completed()).settle()
  assert.equal(asked, ['web.0', 'web.1'], 'the first that fits, the one after it, and nobody else')
})

test('a worker whose engine does not answer takes nothing that needs it', () => {
  const silent = { worker: 'w1', driver: 'simulated', answers: false } as const
  const story = given(registered('w1'), { type: 'WorkerDriverChanged', data: silent }, submitted(aJob()))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable web.api.0'])
  story.given({ type: 'WorkerDriverChanged', data: { ...silent, answers: true } })
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1'])
})

const withVolume = (source: string): Partial<TaskSpec> => ({ volumes: [{ type: 'volume', source, target: '/data' }] })

test('who has a named volume goes back to where it was made, and waits where that cannot be', () => {
  const story = given(registered('w1'), job('db', withVolume('pgdata')))
  story.settle()
  story.given(on('db.api.0', 'w1').started(), registered('w2'), on('db.api.0', 'w1').lost())
  story.given({ type: 'WorkerCordoned', data: { worker: 'w1', reason: null } })
  assert.equal(inShort(story.settle()), ['TaskUnplaceable db.api.0'])
  const verdicts = explain(story.view, story.log.instance('db.api.0'))
  assert.equal(
    verdicts.map((verdict) => (verdict.fits ? 'fits' : verdict.detail)),
    ['worker is cordoned', 'volume pgdata is on w1'],
  )
  story.given({ type: 'WorkerUncordoned', data: { worker: 'w1', reason: null } })
  assert.equal(inShort(story.settle()), ['TaskScheduled db.api.0 on w1'])
})

test('a volume that no container was started with holds nobody, nor does one whose worker was given up', () => {
  const story = given(registered('w1'), job('db', withVolume('pgdata')), job('other', { ...withVolume('logs') }))
  story.settle()
  story.given(registered('w2'), on('db.api.0', 'w1').rejected('no such secret'))
  assert.equal(inShort(story.settle()), ['TaskScheduled db.api.0 on w2'])
  story.given(on('other.api.0', 'w1').started(), { type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  story.given(on('other.api.0', 'w1').lost())
  assert.equal(inShort(story.settle()), ['TaskUnplaceable other.api.0'])
  story.given({ type: 'WorkerForgotten', data: { worker: 'w1', reason: null } })
  assert.equal(inShort(story.settle()), ['TaskScheduled other.api.0 on w2'])
})

test('an instance with a volume of its own that must wait for its worker holds up no other of its task', () => {
  const own = (replicas: number) => aJob({ name: 'db', tasks: [{ ...withVolume('data-${ork.index}'), replicas }] })
  const story = given(registered('w1'), submitted(own(1)))
  story.settle()
  story.given(on('db.api.0', 'w1').started(), on('db.api.0', 'w1').lost(), registered('w2'))
  story.given({ type: 'WorkerCordoned', data: { worker: 'w1', reason: null } })
  story.given(submitted(own(3), 2))
  const placed = inShort(story.settle())
  assert.ok(
    placed.includes('TaskScheduled db.api.1 on w2') && placed.includes('TaskScheduled db.api.2 on w2'),
    `${placed}`,
  )
  assert.is(story.log.instance('db.api.0').state, 'pending')
})

test('devices are counted, each is given to one instance, and the next waits for one', () => {
  const resources = { cpuMilli: 1, memoryBytes: 1, diskBytes: 0, devices: { gpu: 1 } }
  const story = given(registered('w1', 4_000, { gpu: 2 }), registered('w2'), job('train', { resources, replicas: 3 }))
  assert.equal(inShort(story.settle()), [
    'TaskScheduled train.api.0 on w1',
    'TaskScheduled train.api.1 on w1',
    'TaskUnplaceable train.api.2',
  ])
  const verdicts = explain(story.view, story.log.instance('train.api.2'))
  assert.equal(
    verdicts.map((verdict) => (verdict.fits ? 'fits' : verdict.detail)),
    ['asks for 1 gpu, 0 of 2 free', 'asks for 1 gpu, 0 of 0 free'],
  )
  story.given(on('train.api.0', 'w1').lost())
  assert.ok(inShort(story.settle()).some((line) => line.startsWith('TaskScheduled train.api.')))
})

test('host ports of a range are chosen when an instance is placed, and never one twice on a worker', () => {
  const ports: TaskSpec['ports'] = [
    { name: 'http', port: 80, hostPort: 0, hostPortRange: { from: 8_000, to: 8_001 }, protocol: 'tcp' },
  ]
  const story = given(registered('w1'), job('web', { ports, ...cores(1), replicas: 3 }))
  const chosen = story.settle().map((draft) => (draft.type === 'TaskScheduled' ? draft.data.ports : draft.type))
  assert.equal(chosen, [[{ name: 'http', hostPort: 8_000 }], [{ name: 'http', hostPort: 8_001 }], 'TaskUnplaceable'])
  const [verdict] = explain(story.view, story.log.instance('web.api.2'))
  assert.is(verdict?.fits === false && verdict.detail, 'all host ports of 8000-8001/tcp are taken')
})

test.run()
