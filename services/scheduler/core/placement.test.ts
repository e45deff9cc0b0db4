import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hostPortKey, instancesOf, isPlaced } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { RESOURCE_NAMES } from '#libs/kernel'
import { CoreStory } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { explain, type SchedulerView, schedulerCore } from '.'

const NAMES = ['a', 'b', 'c', 'd'] as const

const task = fc.record({
  replicas: fc.nat(4),
  resources: fc.record({
    cpuMilli: fc.constantFrom(0, 100, 500, 1_000),
    memoryBytes: fc.constantFrom(0, 2 ** 30, 2 ** 33),
    diskBytes: fc.constant(0),
  }),
  ports: fc.constantFrom([], [], [{ name: 'p', port: 80, hostPort: 80, protocol: 'tcp' as const }]),
})

const job = (name: string): fc.Arbitrary<Draft> => task.map((spec) => submitted(aJob({ name, tasks: [spec] })))

const worker = (name: string): fc.Arbitrary<Draft> =>
  fc.constantFrom(100, 500, 1_000, 2_500).map((cpuMilli) => registered(`w-${name}`, cpuMilli))

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
  for (const { capacity, reserved, instances, name } of log.cluster.workers.values()) {
    for (const resource of RESOURCE_NAMES) assert.ok(reserved[resource] <= capacity[resource], `${name}: ${resource}`)
    const ports = [...instances].flatMap(({ spec }) => spec.ports.map(hostPortKey))
    assert.is(new Set(ports).size, ports.length, `${name} gives a host port twice`)
  }
}

/** What happens to placed instances in between: `numbers` choose whom and what. */
const live = (world: Story, numbers: readonly number[]): void => {
  for (const number of numbers) {
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

test('the explanation of one placement is the decision: the chosen fits, and none has a higher score', () => {
  fc.assert(
    fc.property(workers, jobs, (hosts, asked) => {
      const world = story(...hosts, ...asked)
      const [first] = world.decide()
      if (first === undefined || (first.type !== 'TaskScheduled' && first.type !== 'TaskUnplaceable')) return
      const { job, task, index } = first.data
      const verdicts = explain(world.view, world.log.instance(`${job}.${task}.${index}`))
      const fitting = verdicts.flatMap((verdict) => (verdict.fits ? [verdict] : []))
      const best = fitting.sort((a, b) => b.score - a.score || (a.worker < b.worker ? -1 : 1))[0]
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

test('the same log gives the same decisions, and a decision is made once', () => {
  fc.assert(
    fc.property(workers, jobs, numbers, (hosts, asked, chosen) => {
      const world = story(...hosts, ...asked)
      live(world, chosen)
      world.settle()
      const replayed = new CoreStory(schedulerCore())
      for (const { event } of world.log.entries) replayed.given(event as Draft)
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
