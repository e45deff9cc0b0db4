import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { MUTANTS } from './mutants'
import { makePlan, type Plan } from './plan'
import { REGRESSIONS } from './regressions'
import { explainFailure } from './report'
import { run } from './run'

const EVENTS = 60

const mustHold = async (plan: Plan): Promise<void> => {
  const { violation } = await run(plan)
  if (violation !== null) throw new Error(await explainFailure(plan))
}

test('the same seed is the same run, byte for byte', async () => {
  const [first, again, other] = [
    await run(makePlan(3, EVENTS)),
    await run(makePlan(3, EVENTS)),
    await run(makePlan(4, EVENTS)),
  ]
  assert.is(again.hash, first.hash)
  assert.is(again.steps, first.steps)
  assert.is.not(other.hash, first.hash)
})

test('whatever happens to the cluster, all promises are kept', async () => {
  const count = Number(process.env.ORK_SIM_SEEDS ?? 5) // CI plays many more of them beside the tests
  for (let seed = 1; seed <= count; seed += 1) await mustHold(makePlan(seed, EVENTS))
})

for (const { found, plan } of REGRESSIONS) test(`never again: ${found}`, () => mustHold(plan))

test('a failure is told by the least that leads to it, with the command that shows it again', async () => {
  const plant = MUTANTS.find(({ name }) => name === 'compare-and-set removed from elections')?.plant ?? {}
  const told = await explainFailure(makePlan(1, EVENTS), plant)
  const [, kept = '', whole = ''] = /\((\d+) of (\d+) happenings/.exec(told) ?? []
  assert.ok(Number(kept) < Number(whole) / 4, told)
  assert.match(told, 'npm run sim -- --seed 1 --events 60')
})

test.run()
