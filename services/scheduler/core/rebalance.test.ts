import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Move } from '#libs/events'
import { RESOURCE_NAMES } from '#libs/kernel'
import { PLACEMENT_POLICIES, type PlacementPolicy } from '#libs/spec'
import { aJob, registered, submitted } from '../../../libs/testing/happenings'
import { History } from '../../../libs/testing/history'
import { planRebalance, viewOf } from '.'

const cores = (cpuMilli: number) => ({ cpuMilli, memoryBytes: cpuMilli * 2 ** 20, diskBytes: 0 })

/** Services that run where they were put, whatever a policy would have said. */
const placed = (
  policy: PlacementPolicy,
  workers: readonly number[],
  tasks: readonly { readonly asks: number; readonly on: readonly number[] }[],
): History => {
  const log = new History()
  for (const [at, cpuMilli] of workers.entries()) log.add(registered(`w${at}`, cpuMilli))
  log.add({ type: 'PolicySet', data: { policy, seed: null, preemption: null } })
  for (const [at, { asks, on }] of tasks.entries()) {
    log.add(submitted(aJob({ name: `j${at}`, tasks: [{ replicas: on.length, resources: cores(asks) }] })))
    for (const [index, row] of on.entries()) {
      const name = `w${row % workers.length}`
      const worker = log.cluster.workers.get(name)
      if (worker === undefined || worker.reserved.cpuMilli + asks > worker.capacity.cpuMilli) continue
      log.schedule(`j${at}.api.${index}`, name)
      log.add(log.on(`j${at}.api.${index}`).started())
    }
  }
  return log
}

/** Makes one move, stopped first; nothing else happens meanwhile. */
const make = (log: History, { job, task, index, target }: Move): void => {
  const id = `${job}.${task}.${index}`
  log.add(log.on(id).stopAsked())
  log.add(log.on(id).stopped())
  log.schedule(id, target)
  log.add(log.on(id).started())
}

const plan = ({ cluster }: History, most = 1_000) => planRebalance(viewOf(cluster), most)

const inShort = (moves: readonly Move[]): string[] =>
  moves.map(({ job, index, worker, target }) => `${job}.${index} ${worker} > ${target}`)

const SCORING = PLACEMENT_POLICIES.filter((policy) => policy !== 'round-robin' && policy !== 'least-loaded')

const clusters = fc.record({
  policy: fc.constantFrom(...SCORING),
  workers: fc.array(fc.constantFrom(1_000, 2_000, 4_000), { minLength: 1, maxLength: 6 }),
  tasks: fc.array(fc.record({ asks: fc.constantFrom(100, 250, 700), on: fc.array(fc.nat(9), { maxLength: 6 }) }), {
    maxLength: 4,
  }),
})

test('every move gains, and once all are made there is nothing more to move', () => {
  fc.assert(
    fc.property(clusters, ({ policy, workers, tasks }) => {
      const log = placed(policy, workers, tasks)
      const { moves, more } = plan(log)
      assert.is(more, false)
      for (const move of moves) {
        assert.ok(move.gain > 0)
        make(log, move)
      }
      for (const { capacity, reserved } of log.cluster.workers.values()) {
        for (const name of RESOURCE_NAMES) assert.ok(reserved[name] <= capacity[name])
      }
      assert.equal(inShort(plan(log).moves), [])
    }),
    { numRuns: 150 },
  )
})

test('spread moves from the full to the empty, until they are even', () => {
  const { moves, before, after } = plan(placed('spread', [1_000, 1_000], [{ asks: 200, on: [0, 0, 0, 0] }]))
  assert.equal(inShort(moves), ['j0.0 w0 > w1', 'j0.1 w0 > w1'])
  assert.ok(before.cpu > 0.39 && after.cpu < 1e-9)
})

test('binpack empties the worker that has least', () => {
  const { moves, before, after } = plan(placed('binpack', [1_000, 1_000, 1_000], [{ asks: 200, on: [0, 0, 0, 1, 2] }]))
  assert.equal(inShort(moves).sort(), ['j0.3 w1 > w0', 'j0.4 w2 > w0'])
  assert.equal([before.busy, after.busy], [3, 1])
})

test('no more are moved than may be, those that gain most first', () => {
  const found = plan(
    placed(
      'spread',
      [4_000, 4_000],
      [
        { asks: 700, on: [0, 0, 0, 0] },
        { asks: 100, on: [0] },
      ],
    ),
    1,
  )
  assert.is(found.moves.length, 1)
  assert.ok(found.more)
})

test('what is no service, is being updated or goes by a policy of its own stays where it is', () => {
  const stays = (change: (log: History) => void): void => {
    const log = placed('spread', [1_000, 1_000], [{ asks: 200, on: [0, 0, 0, 0] }])
    change(log)
    assert.equal(inShort(plan(log).moves), [])
  }
  const spec = aJob({ name: 'j0', tasks: [{ replicas: 4, resources: cores(200) }] })
  stays((log) => log.submit({ ...spec, tasks: spec.tasks.map((task) => ({ ...task, image: 'next:2' })) }))
  stays((log) => log.submit({ ...spec, placement: { policy: 'binpack' } }))
  stays((log) => log.stopJob('j0'))
  stays((log) => log.add({ type: 'WorkerCordoned', data: { worker: 'w1', reason: null } }))
})

test('a policy that scores nothing, or what is measured, moves nothing', () => {
  for (const policy of ['round-robin', 'least-loaded'] as const) {
    const { moves, scores } = plan(placed(policy, [1_000, 1_000], [{ asks: 200, on: [0, 0, 0, 0] }]))
    assert.equal([moves.length, scores], [0, false])
  }
})

test.run()
