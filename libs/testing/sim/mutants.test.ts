import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { MUTANTS } from './mutants'
import { makePlan } from './plan'
import { run } from './run'

const EVENTS = 60
/** Of each planted bug; `npm run sim -- --mutants` looks for each for as long as it takes. */
const SEEDS = 4

test('most planted bugs are found within a few seeds', async () => {
  const found: string[] = []
  for (const { name, plant } of MUTANTS) {
    for (let seed = 1; seed <= SEEDS && found.at(-1) !== name; seed += 1) {
      const { violation } = await run(makePlan(seed, EVENTS), { plant })
      if (violation !== null) found.push(name)
    }
  }
  assert.ok(found.length > MUTANTS.length / 2, `${found.length} of ${MUTANTS.length}: ${found.join(', ')}`)
})

test.run()
