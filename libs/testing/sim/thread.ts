// One thread of `runSeeds`: plays the seeds that it is sent, one after the other, and answers each with its outcome.
import { parentPort } from 'node:worker_threads'
import { MUTANTS } from './mutants'
import { makePlan } from './plan'
import { run } from './run'

/** What a thread is sent, and answers. */
export interface Task {
  readonly seed: number
  readonly events: number
  /** The planted bug's place in `MUTANTS`; null: none. */
  readonly mutant: number | null
}

const port = parentPort

port?.on('message', async ({ seed, events, mutant }: Task) => {
  const plant = mutant === null ? {} : (MUTANTS[mutant]?.plant ?? {})
  port.postMessage(await run(makePlan(seed, events), { plant }))
})
