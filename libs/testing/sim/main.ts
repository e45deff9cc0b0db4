// The simulator: `npm run sim -- [--seeds N] [--seed S] [--events N] [--minutes M] [--threads N] [--mutants] [--trace]`.
// Exits with 0 when every seed kept every promise (or every planted bug was found), else with 1. See docs/SIMULATOR.md.
import { parseArgs } from 'node:util'
import { causeText } from '#libs/kernel'
import { MUTANTS } from './mutants'
import { makePlan } from './plan'
import { explainFailure } from './report'
import { describePlan, run } from './run'
import { playAll } from './seeds'
import type { Task } from './thread'

const DEFAULT_EVENTS = 60
const DEFAULT_SEEDS = 200
/** Within so many seeds each planted bug must be found. */
const MUTANT_SEEDS = 100
/** So many failures are shown in full. */
const SHOWN = 3

interface Options {
  readonly first: number
  readonly count: number
  readonly events: number
  readonly minutes: number | null
  readonly threads: number
}

function* tasksOf({ first, count, events, minutes }: Options): Generator<Task> {
  const until = minutes === null ? Number.POSITIVE_INFINITY : performance.now() + minutes * 60_000
  for (let seed = first; seed < first + count && performance.now() < until; seed += 1)
    yield { seed, events, mutant: null }
}

/** Seeds. */
const TOLD_EVERY = 500

const playSeeds = async (options: Options): Promise<number> => {
  const began = performance.now()
  const failed: number[] = []
  let [seeds, events, simulatedMs] = [0, 0, 0]
  await playAll(tasksOf(options), options.threads, ({ task, outcome }) => {
    seeds += 1
    if (seeds % TOLD_EVERY === 0) console.error(`${seeds} seeds, ${failed.length} failed`)
    events += outcome.events
    simulatedMs += outcome.simulatedMs
    if (outcome.violation !== null) {
      failed.push(task.seed)
      console.log(`seed ${task.seed} breaks "${outcome.violation.invariant}": ${outcome.violation.what.slice(0, 200)}`)
    }
    return 'go on'
  })
  for (const seed of failed.sort((a, b) => a - b).slice(0, SHOWN)) {
    console.log(`\n${await explainFailure(makePlan(seed, options.events))}`)
  }
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const hours = (simulatedMs / 3_600_000).toFixed(1)
  console.log(
    `simulator: ${seeds} seeds from ${options.first}, ${events} events, ${hours} hours simulated in ${seconds} s; ${failed.length} failed`,
  )
  return failed.length === 0 ? 0 : 1
}

const playMutants = async (events: number, threads: number): Promise<number> => {
  let survivors = 0
  const width = Math.max(...MUTANTS.map(({ name }) => name.length))
  for (const [mutant, { name }] of MUTANTS.entries()) {
    let found: { readonly seed: number; readonly invariant: string } | null = null
    const tasks = Array.from({ length: MUTANT_SEEDS }, (_, at): Task => ({ seed: at + 1, events, mutant }))
    await playAll(tasks.values(), threads, ({ task, outcome }) => {
      const { violation } = outcome
      if (violation === null) return 'go on'
      if (found === null || task.seed < found.seed) found = { seed: task.seed, invariant: violation.invariant }
      return 'stop'
    })
    if (found === null) survivors += 1
    console.log(`${name.padEnd(width)}  ${found === null ? 'NOT FOUND' : inWords(found)}`)
  }
  console.log(`simulator: ${MUTANTS.length} planted bugs, ${MUTANTS.length - survivors} found, ${survivors} not found`)
  return survivors === 0 ? 0 : 1
}

const inWords = ({ seed, invariant }: { seed: number; invariant: string }): string =>
  `seed ${String(seed).padStart(3)}  ${invariant}`

/** One seed, told line by line. */
const tell = async (seed: number, events: number): Promise<number> => {
  const plan = makePlan(seed, events)
  const { violation, trace, hash } = await run(plan, { trace: true })
  console.log(`What is done to the cluster:\n${describePlan(plan).join('\n')}\n\nWhat happens:\n${trace.join('\n')}`)
  console.log(`\nseed ${seed}: ${violation === null ? 'all promises kept' : violation.what}; log ${hash}`)
  return violation === null ? 0 : 1
}

const number = (text: string | undefined, name: string): number | null => {
  if (text === undefined) return null
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} ${text}: must be a number above 0`)
  return value
}

const main = async (argv: string[]): Promise<number> => {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    args: argv,
    options: { seeds: text, seed: text, events: text, minutes: text, threads: text, mutants: flag, trace: flag },
  })
  const seed = number(values.seed, 'seed')
  const seeds = number(values.seeds, 'seeds')
  const minutes = number(values.minutes, 'minutes')
  const events = number(values.events, 'events') ?? DEFAULT_EVENTS
  const threads = number(values.threads, 'threads') ?? 2
  if (values.mutants) return playMutants(events, threads)
  if (values.trace) return tell(seed ?? 1, events)
  const count = seeds ?? (minutes !== null ? Number.MAX_SAFE_INTEGER : seed !== null ? 1 : DEFAULT_SEEDS)
  return playSeeds({ first: seed ?? 1, count, events, minutes, threads })
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    console.error(causeText(error))
    process.exitCode = 2
  },
)
