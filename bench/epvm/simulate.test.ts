import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Job, Machine } from './cluster'
import { meanSlowdown } from './compare'
import { migrate } from './migrate'
import { slowdownOf } from './simulate'
import { STRATEGIES } from './strategies'

const machine = (speed: number, memoryMb: number): Machine => ({ speed, memoryMb, jobs: [] })

const job = (arrives: number, work: number, memoryMb: number): Job => ({ arrives, work, memoryMb, left: work })

const inTurn = STRATEGIES['round-robin']

test('a job alone on a machine of half the speed takes twice as long', () => {
  assert.equal(slowdownOf(inTurn, [machine(0.5, 64)], [job(3, 10, 1)]), { mean: 2, worst: 2 })
})

test('jobs share a processor evenly: two of one second and of three are done after two and after four', () => {
  const { mean, worst } = slowdownOf(inTurn, [machine(1, 64)], [job(0, 1, 1), job(0, 3, 1)])
  assert.ok(Math.abs(mean - (2 + 4 / 3) / 2) < 1e-6 && Math.abs(worst - 2) < 1e-6)
})

test('a machine that is asked for more memory than it has runs at a tenth of its speed', () => {
  const { worst } = slowdownOf(inTurn, [machine(1, 32)], [job(0, 1, 20), job(0, 1, 20)])
  assert.ok(Math.abs(worst - 20) < 1e-6)
})

test('migration moves what ends the swapping first, and leaves what would be no better off', () => {
  const [full, empty] = [machine(1, 32), machine(0.5, 32)]
  full.jobs.push(job(0, 9, 4), job(0, 9, 20), job(0, 9, 12))
  migrate([full, empty])
  assert.equal([full.jobs.length, empty.jobs.map(({ memoryMb }) => memoryMb)], [2, [4]])
  migrate([full, empty])
  assert.is(empty.jobs.length, 1)
})

test('the published order comes out: round robin is slowest, then E-PVM, then Mosix; and so do the published bounds', () => {
  const workload = { gap: 10, lasts: 10_000 }
  const [turns, epvm, mosix] = [
    meanSlowdown('round-robin', workload, 20).mean,
    meanSlowdown('epvm', workload, 20).mean,
    meanSlowdown('mosix', workload, 20).mean,
  ]
  assert.ok(turns > epvm && epvm > mosix, `${turns} > ${epvm} > ${mosix}`)
  assert.ok(epvm <= 0.684 * turns && epvm <= 1.15 * mosix)
})

test.run()
