import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyCluster, evolve, ignoreChanges, type Worker } from '#libs/cluster'
import { stamp } from '#libs/events'
import type { Resources } from '#libs/kernel'
import { registered } from '../../../../libs/testing/happenings'
import { Fleet } from '../fleet/fleet'
import { POLICIES, type Scored } from '../policies'
import { Board } from './board'
import { pickPlainly } from './plain'

const SCORED = Object.values(POLICIES).filter((policy): policy is Scored => policy.pick === 'best')

const GIB = 2 ** 30

const resources = (cpuMilli: number, gib: number): Resources => ({
  cpuMilli,
  memoryBytes: gib * GIB,
  diskBytes: 10 * GIB,
})

/** A worker as the log tells of it. */
const workerOf = (name: string, capacity: Resources): Worker => {
  const cluster = emptyCluster()
  const draft = registered(name)
  if (draft.type !== 'WorkerRegistered') throw new Error('no worker')
  const event = stamp({ ...draft, data: { ...draft.data, capacity } }, { id: 'e1', source: 'worker/w', time: 0 })
  evolve(cluster, { seq: 1, event }, ignoreChanges)
  const worker = cluster.workers.get(name)
  if (worker === undefined) throw new Error('no worker')
  return worker
}

/** Few sizes, so that there are ties, or so many that similar ones share a group. */
const sizes = fc.oneof(
  fc.constant((at: number) => resources(4_000, 16 + 0 * at)),
  fc.constant((at: number) => resources([4_000, 8_000, 16_000][at % 3] ?? 0, [16, 16, 64][at % 3] ?? 0)),
  fc.constant((at: number) => resources(4_000 + 37 * at, 16 + (at % 7))),
)

const request = fc.record({
  cpuMilli: fc.constantFrom(0, 100, 500, 2_000, 9_000),
  memoryBytes: fc.constantFrom(0, GIB, 3 * GIB, 20 * GIB),
  diskBytes: fc.constantFrom(0, 0, GIB),
})

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ tag: fc.constant('place' as const), asked: request }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('state' as const), at: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('grow' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ tag: fc.constant('told' as const), at: fc.nat(), reserved: request }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('heard' as const), at: fc.nat(), used: request }) },
  { weight: 1, arbitrary: fc.record({ tag: fc.constant('ties' as const), seed: fc.option(fc.nat()) }) },
)

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

class World {
  readonly fleet = new Fleet()
  private readonly boards = SCORED.map((policy) => ({ policy, board: new Board(this.fleet, policy) }))

  constructor(count: number, sizeOf: (at: number) => Resources) {
    for (let at = 0; at < count; at += 1) this.fleet.renew(workerOf(`w${at}`, sizeOf(at)))
  }

  take(what: Step): void {
    const { fleet } = this
    const worker = 'at' in what ? fleet.workers[what.at % fleet.size] : undefined
    if (what.tag === 'place') this.place(what.asked)
    if (what.tag === 'settle') fleet.settle()
    if (what.tag === 'ties') fleet.breakTiesBy(what.seed)
    if (worker === undefined) return
    if (what.tag === 'state') fleet.renew({ ...worker, state: worker.state === 'ready' ? 'suspected' : 'ready' })
    if (what.tag === 'grow') fleet.renew(workerOf(`new-${what.at}`, worker.capacity))
    if (what.tag === 'told') this.tell(worker, what.reserved)
    if (what.tag === 'heard') fleet.measure(worker.name, what.used, worker.reserved)
  }

  /** The log tells what is placed there, whatever was promised. */
  private tell(worker: Worker, reserved: Resources): void {
    worker.reserved = reserved
    this.fleet.update(worker)
  }

  /** Asks every policy; the first one's choice is promised, the others see what that does. */
  private place(asked: Resources): void {
    const admits = (row: number): boolean => row % 5 !== 3
    const rows = this.boards.map(({ policy, board }) => {
      const row = board.pick(asked, admits)
      assert.is(row, pickPlainly(this.fleet, policy, asked, admits), policy.name)
      return row
    })
    const [first = -1] = rows
    if (first < 0) return
    this.fleet.promise(first, asked)
    for (const [k, name] of (['cpuMilli', 'memoryBytes', 'diskBytes'] as const).entries()) {
      assert.ok(asked[name] === 0 || this.fleet.unused(first, k) >= 0, `more ${name} than there is`)
    }
  }
}

test('the board finds whom scoring everybody finds, to the last tie, whatever happens in between', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 150 }), sizes, fc.array(step, { maxLength: 60 }), (count, sizeOf, steps) => {
      const world = new World(count, sizeOf)
      for (const what of steps) world.take(what)
    }),
    { numRuns: 60 },
  )
})

test('a bound is a bound: no policy has a weight below 0, and weights rise or fall throughout', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const facts = { generation: 1, machines: 50, logMachines: Math.log(50), maxInstances: 8, largeCpu: 1, largeMemory: 1 }
  fc.assert(
    fc.property(fc.tuple(share, share, share), fc.boolean(), (shares, spare) => {
      const [low, middle, high] = [...shares].sort((a, b) => a - b) as [number, number, number]
      for (const { name, weight } of SCORED) {
        const [first, between, last] = [low, middle, high].map((asked) => weight(asked, facts, spare)) as [
          number,
          number,
          number,
        ]
        assert.ok(Math.min(first, between, last) >= 0, name)
        assert.ok((between - first) * (last - between) >= 0, name)
      }
    }),
  )
})

test.run()
