import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hostPortsOf, instancesOf, isPlaced, machinesOf, mostForOne, volumesOf } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { RESOURCE_NAMES, type Resources } from '#libs/kernel'
import {
  type Constraint,
  type JobKind,
  PLACEMENT_POLICIES,
  type PlacementRules,
  type PortSpec,
  type VolumeSpec,
} from '#libs/spec'
import { CoreStory } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { recomputedDifferences } from '../../../libs/testing/recomputed'
import { explain, recompute, type SchedulerView, schedulerCore } from '.'
import { PATIENCE_EVENTS } from './keep'

const NAMES = ['a', 'b', 'c', 'd'] as const

const cores = (cpuMilli: number): Resources => ({ cpuMilli, memoryBytes: 0, diskBytes: 0 })

const ZONE_A: Constraint = { attribute: 'label.zone', operator: '=', value: 'a' }

const volume = (source: string): VolumeSpec => ({ type: 'volume', source, target: '/data' })

const task = fc
  .record({
    replicas: fc.nat(4),
    resources: fc.record({
      cpuMilli: fc.constantFrom(0, 100, 500, 1_000),
      memoryBytes: fc.constantFrom(0, 2 ** 30, 2 ** 33),
      diskBytes: fc.constant(0),
      devices: fc.constantFrom<Record<string, number>[]>({}, {}, { gpu: 1 }, { gpu: 2 }),
    }),
    ports: fc.constantFrom<PortSpec[][]>(
      [],
      [],
      [{ name: 'p', port: 80, hostPort: 80, protocol: 'tcp' }],
      [{ name: 'p', port: 80, hostPort: 0, hostPortRange: { from: 79, to: 81 }, protocol: 'tcp' }],
    ),
    volumes: fc.constantFrom(null, null, 'shared', 'own-${ork.index}'),
    rules: fc.constantFrom<PlacementRules[]>(
      {},
      {},
      { distinctWorkers: true },
      { affinities: [{ ...ZONE_A, weight: 30 }], spread: [{ attribute: 'worker', weight: 50 }] },
      { spread: [{ attribute: 'label.zone', weight: 100, targets: { a: 60 } }] },
    ),
  })
  .map(({ volumes: source, rules, ...task }) => ({
    ...task,
    ...rules,
    ...(source === null ? {} : { volumes: [volume(source)] }),
  }))

const job = (name: string): fc.Arbitrary<Draft> =>
  fc.tuple(task, fc.option(fc.constantFrom(...PLACEMENT_POLICIES)), fc.nat(100)).map(([spec, policy, priority]) =>
    submitted({
      ...aJob({ name, tasks: [spec] }),
      priority,
      ...(policy === null ? {} : { placement: { policy } }),
    }),
  )

/** So that a, b and c share a machine. */
const SPACES: Readonly<Record<string, readonly string[]>> = { a: ['m1'], b: ['m1', 'm2'], c: ['m2'], d: ['m3'] }

const worker = (name: string): fc.Arbitrary<Draft> =>
  fc
    .tuple(
      fc.constantFrom(100, 500, 1_000, 2_500),
      fc.nat(2),
      fc.constantFrom<Record<string, string>[]>({}, { zone: 'a' }, { zone: 'b' }),
      fc.constantFrom({}, {}, { cpuMilli: 150 }),
    )
    .map(([cpuMilli, gpu, labels, overcommit]) =>
      registered(`w-${name}`, cpuMilli, { gpu }, labels, overcommit, SPACES[name]),
    )

const workers = fc.subarray([...NAMES]).chain((names) => fc.tuple(...names.map(worker)))
const jobs = fc.subarray([...NAMES]).chain((names) => fc.tuple(...names.map(job)))

type Story = CoreStory<SchedulerView>

const story = (...drafts: readonly Draft[]): Story => new CoreStory(schedulerCore()).given(...drafts)

const placements = (drafts: readonly Draft[]): string[] =>
  drafts.map(({ type, data }) => {
    const { job, task, index, worker } = data as { job: string; task: string; index: number; worker?: string }
    return `${type} ${job}.${task}.${index} ${worker ?? '_'}`
  })

const checkRoom = ({ log }: Story): void => {
  const homes = new Map<string, string>()
  for (const worker of log.cluster.workers.values()) {
    const { capacity, reserved, instances, name, devices } = worker
    const most = mostForOne(worker, 'cpuMilli')
    for (const { spec } of instances) assert.ok(spec.resources.cpuMilli <= most, `${name}: more than its machine has`)
    for (const resource of RESOURCE_NAMES) assert.ok(reserved[resource] <= capacity[resource], `${name}: ${resource}`)
    const gpus = [...instances].reduce((sum, { spec }) => sum + (spec.resources.devices?.gpu ?? 0), 0)
    assert.ok(gpus <= (devices.gpu ?? 0), `${name}: ${gpus} gpu`)
    for (const volume of [...instances].flatMap(volumesOf)) {
      assert.is(homes.get(volume) ?? name, name, `${volume} is in two places`)
      homes.set(volume, name)
    }
    for (const { task, index } of instances) {
      const others = [...instances].filter((other) => other.task === task && other.index !== index)
      assert.ok(!task.spec.distinctWorkers || others.length === 0, `${name}: ${task.name} twice`)
    }
    const machine = machinesOf(log.cluster.workers.values()).get(worker) ?? [worker]
    const ports = machine.flatMap((one) => [...one.instances].flatMap(hostPortsOf))
    assert.is(new Set(ports).size, ports.length, `a host port is given twice on the machine of ${name}`)
  }
}

/** Each placement, made again from the log as of the sequence that it names, goes to the same worker. */
const checkRecomputed = ({ log }: Story): void => assert.equal(recomputedDifferences(log.entries), [])

/** What happens to placed instances in between: `numbers` choose whom and what, and how much time passes. */
const live = (world: Story, numbers: readonly number[]): void => {
  for (const number of numbers) {
    world.pass(number * 500)
    const placed = [...instancesOf(world.log.cluster)].filter(({ state }) => isPlaced(state))
    const instance = placed[number % Math.max(1, placed.length)]
    if (instance !== undefined) {
      const attempt = on(
        `${instance.task.job.name}.${instance.task.name}.${instance.index}`,
        instance.worker ?? '_',
        instance.attempt,
        instance.placedSeq,
      )
      const what = [attempt.lost(), attempt.rejected(), attempt.failed()][number % 3]
      if (what !== undefined) world.given(what)
    }
    world.settle()
    checkRoom(world)
  }
}

const numbers = fc.array(fc.nat(1_000), { maxLength: 12 })

test('no worker is promised more than it has, and no host port is given twice', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, (hosts, asked, chosen) => {
      const world = story(...hosts, ...asked)
      world.settle()
      checkRoom(world)
      live(world, chosen)
    }),
  )
})

test('what waits in the end fits nowhere, and what was placed had the best score', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, (hosts, asked, chosen) => {
      const world = story(...hosts, ...asked)
      live(world, chosen)
      world.settle()
      for (const instance of instancesOf(world.log.cluster)) {
        if (instance.state !== 'pending') continue
        assert.ok(explain(world.view, instance).every(({ fits }) => !fits))
        if (instance.rejectedBy.length > 0) assert.ok(instance.reason !== null)
      }
    }),
  )
})

test('the explanation of one placement is the decision: the chosen fits, and none has more points, or as many and a higher score', () => {
  fc.assert(
    fc.property(workers, jobs, (hosts, asked) => {
      const world = story(...hosts, ...asked)
      const [first] = world.decide()
      if (first === undefined || (first.type !== 'TaskScheduled' && first.type !== 'TaskUnplaceable')) return
      const { job, task, index } = first.data
      const verdicts = explain(world.view, world.log.instance(`${job}.${task}.${index}`))
      const fitting = verdicts.flatMap((verdict) => (verdict.fits ? [verdict] : []))
      const points = ({ preference }: (typeof fitting)[number]): number => preference?.points ?? 0
      const best = fitting.sort(
        (a, b) => points(b) - points(a) || b.score - a.score || (a.worker < b.worker ? -1 : 1),
      )[0]
      assert.is(first.type === 'TaskScheduled' ? first.data.worker : undefined, best?.worker)
    }),
  )
})

test('the order in which workers came changes nothing', () => {
  const shuffled = workers.chain((hosts) =>
    fc.tuple(fc.constant(hosts), fc.shuffledSubarray(hosts, { minLength: hosts.length })),
  )
  fc.assert(
    fc.property(shuffled, jobs, ([hosts, others], asked) => {
      const one = story(...hosts, ...asked).settle()
      const two = story(...others, ...asked).settle()
      assert.equal(placements(one), placements(two))
      const said = (drafts: readonly Draft[]) =>
        drafts.flatMap(({ type, data }) => (type === 'TaskUnplaceable' ? [data.reasons] : []))
      assert.equal(said(one), said(two))
    }),
  )
})

const policySet = fc
  .tuple(fc.constantFrom(...PLACEMENT_POLICIES), fc.option(fc.nat()), fc.boolean())
  .map(([policy, seed, preemption]): Draft => ({ type: 'PolicySet', data: { policy, seed, preemption } }))

test('every placement of a long history, made again from the log alone, is on the same worker', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, policySet, numbers, (hosts, asked, chosen, policy, after) => {
      const world = story(...hosts, ...asked)
      live(world, chosen)
      world.given(policy)
      live(world, after)
      checkRecomputed(world)
    }),
  )
})

test('a filter that is asked and one that explains are one: who is admitted is rejected by none', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, (hosts, asked, chosen) => {
      const world = story(...hosts, ...asked)
      live(world, chosen)
      const { fleet, feasible } = world.view
      for (const instance of instancesOf(world.log.cluster)) {
        const verdicts = new Map(
          explain(world.view, instance).map((one) => [one.worker, one.fits || one.filter === 'kept']),
        )
        for (const [row, { name }] of fleet.workers.entries()) {
          const { resources } = instance.task.spec
          assert.is(fleet.hasRoom(row, resources) && feasible.admits(instance)(row), verdicts.get(name), name)
        }
      }
    }),
  )
})

test('what a pending instance needs is said by amount, least first, and nothing of who could never take it', () => {
  const world = story(registered('w1', 500), registered('w2', 2_000), registered('w3', 2_000))
  const asking = (name: string, cpuMilli: number, hostPort = 0) =>
    submitted(
      aJob({
        name,
        tasks: [{ resources: cores(cpuMilli), ports: [{ name: 'p', port: 80, hostPort, protocol: 'tcp' }] }],
      }),
    )
  world.given(asking('a', 1_500, 80)).settle()
  world.given(asking('b', 1_000, 80)).settle()
  world.given({ type: 'WorkerCordoned', data: { worker: 'w3', reason: null } })
  world.given(asking('c', 1_500, 80)).settle()
  const remedies = recompute(world.log.cluster, world.log.instance('c.api.0'))?.remedies
  assert.equal(remedies, [
    { needs: ['1 more cpu', 'host port 80/tcp to be free'], workers: ['w2'] },
    { needs: ['to be uncordoned', '0.5 more cpu', 'host port 80/tcp to be free'], workers: ['w3'] },
  ])
})

/** A small job a round on a worker that a big one would fill, each gone two rounds later; when the big one had its place. */
const roundOfBig = (kind: JobKind, between: number): number => {
  const small = (name: string) => submitted(aJob({ name, kind, tasks: [{ resources: cores(1_000) }] }))
  const world = story(registered('w1', 4_000), small('s0'), small('s1'))
  world.settle()
  world.given(submitted(aJob({ name: 'big', tasks: [{ resources: cores(4_000) }] }))).settle()
  for (let round = 2; round < 20; round += 1) {
    world.pass(between).given(small(`s${round}`))
    world.settle()
    const old = world.log.instance(`s${round - 2}.api.0`)
    if (old.worker !== null) world.given(on(`s${round - 2}.api.0`, old.worker).completed())
    if (placements(world.settle()).some((one) => one.startsWith('TaskScheduled big.api.0'))) return round
  }
  return Number.POSITIVE_INFINITY
}

test('who waits longest is not passed over for ever by smaller ones that come later', () => {
  assert.ok(roundOfBig('batch', 30_000) < 20)
})

test('no worker is kept for who waits behind what does not end by itself', () => {
  assert.is(roundOfBig('service', 30_000), Number.POSITIVE_INFINITY)
})

test('a wrong clock does not have a worker kept at once, and a worker is not kept for ever', () => {
  const small = (name: string, kind: JobKind = 'batch') =>
    submitted(aJob({ name, kind, tasks: [{ resources: cores(10) }] }))
  const world = story(registered('w1', 4_000), small('long'))
  world.settle()
  world.log.time -= 3_600_000
  world.given(submitted(aJob({ name: 'big', tasks: [{ resources: cores(4_000) }] })))
  world.log.time += 3_600_000
  world.settle()
  const told = world.log.cluster.seq
  const kept: number[] = []
  for (let round = 0; round < 100; round += 1) {
    world.given(small(`s${round}`))
    if (!placements(world.settle()).some((one) => one.startsWith(`TaskScheduled s${round}.`))) {
      kept.push(world.log.cluster.seq - told)
    }
  }
  assert.ok(kept.length > 0)
  assert.ok(kept.every((events) => events >= PATIENCE_EVENTS))
  assert.is(world.log.instance('s99.api.0').state, 'scheduled')
  checkRecomputed(world)
})

test('the same log gives the same decisions, and a decision is made once', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, (hosts, asked, chosen) => {
      const world = story(...hosts, ...asked)
      live(world, chosen)
      world.settle()
      const replayed = new CoreStory(schedulerCore())
      for (const { event } of world.log.entries) {
        if (event.type !== 'Unreadable') replayed.given({ draft: event as Draft, by: { time: Date.parse(event.time) } })
      }
      // Placements wake nobody, so why a task has no place may have changed since it was said: then it is said anew.
      const news = replayed.settle().filter(({ type }) => type !== 'TaskUnplaceable')
      assert.equal(news, [], 'all was decided already')
      assert.equal(replayed.settle(), [])
      assert.equal(world.settle(), [])
      const again = story(...hosts, ...asked)
      assert.equal(again.decide(), story(...hosts, ...asked).decide())
      assert.equal(again.decide(), [], 'also before it was folded')
    }),
    { includeErrorInReport: true },
  )
})

test.run()
