import { createHash } from 'node:crypto'
import type { Entry } from '#libs/events'
import { describe, happen } from './happenings'
import { INVARIANTS } from './invariants'
import type { Plan } from './plan'
import type { Plant } from './plant'
import { settle } from './settle'
import { type Violation, World } from './world'

/** How long things go on after the last happening before everything is healed, and how often views are compared. */
const AFTER_MS = 3_000
const LOOK_EVERY_MS = 15_000

export interface Outcome {
  readonly violation: Violation | null
  /** SHA-256 of the log: the same for the same plan, byte for byte. */
  readonly hash: string
  /** Events stored. */
  readonly events: number
  /** Things that the simulator ran. */
  readonly steps: number
  /** Milliseconds that passed in the simulation. */
  readonly simulatedMs: number
  /** What happened, line by line; empty unless asked for. */
  readonly trace: readonly string[]
}

export interface RunOptions {
  readonly plant?: Plant
  readonly trace?: boolean
}

/** Plays one plan to its end. Alone in its thread: a promise that fails unheard is taken for this run's. */
export const run = async (plan: Plan, { plant = {}, trace = false }: RunOptions = {}): Promise<Outcome> => {
  const lines: string[] = []
  const world = new World(plan.seed, plan.size, plant, trace ? lines : null)
  for (const { name, watch } of INVARIANTS) world.observe(watch(world, (what) => world.fail(name, what)))
  const onRejection = (cause: unknown): void =>
    world.fail('no promise fails unheard', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
  process.on('unhandledRejection', onRejection)
  try {
    await play(world, plan)
    await new Promise((resolve) => setImmediate(resolve)) // Node tells of rejections only when it has nothing else to do
  } finally {
    process.off('unhandledRejection', onRejection)
  }
  return {
    violation: world.violation,
    hash: hashOf(world),
    events: world.servers.store.lastSeq,
    steps: world.time.steps,
    simulatedMs: world.time.now,
    trace: lines,
  }
}

/** The log that a plan leaves behind, before anything is healed. Alone in its thread, as `run`. */
export const record = async (plan: Plan): Promise<readonly Entry[]> => {
  const world = new World(plan.seed, plan.size, {}, null)
  await world.time.runUntil(begin(world, plan), () => false)
  const { servers } = world
  return Array.from({ length: servers.store.lastSeq }, (_, at) => servers.at(at + 1)?.entry).filter(
    (entry) => entry !== undefined,
  )
}

/** Lets it all happen in its time; returns when that is over. */
const begin = (world: World, { happenings }: Plan): number => {
  for (const { at, what } of happenings) world.time.at(at, () => happen(world, what))
  return (happenings.at(-1)?.at ?? 0) + AFTER_MS
}

const play = async (world: World, plan: Plan): Promise<void> => {
  const isOver = (): boolean => world.violation !== null
  const end = begin(world, plan)
  while (world.time.now < end && !isOver()) {
    await world.time.runUntil(Math.min(end, world.time.now + LOOK_EVERY_MS), isOver)
    world.look()
  }
  if (!isOver()) await settle(world)
  if (!isOver()) world.look()
}

const hashOf = ({ servers }: World): string => {
  const hash = createHash('sha256')
  for (let seq = 1; seq <= servers.store.lastSeq; seq += 1) hash.update(JSON.stringify(servers.at(seq)))
  return hash.digest('hex')
}

export const describePlan = ({ happenings }: Plan): string[] =>
  happenings.map(({ at, what }) => `${(at / 1_000).toFixed(3).padStart(8)}  ${describe(what)}`)
