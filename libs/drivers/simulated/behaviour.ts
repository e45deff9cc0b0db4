import type { ContainerSpec } from '../port'
import { chance } from './clock'

/** How containers behave whose environment does not say otherwise. */
export interface SimulatedDefaults {
  /** Between create and running; default 0. A pair is a range from which each container gets its own delay. */
  readonly startMs: number | readonly [number, number]
  /** Until it ends by itself; default null: never. */
  readonly runMs: number | null
  /** What it ends with; default 0. */
  readonly exitCode: number
  /** The share of containers that end with 1 instead; default 0. */
  readonly failureRate: number
  /** The share of starts that the engine refuses; default 0. */
  readonly refusalRate: number
}

/** How a container fares that is looked at. */
export interface SimulatedHealth {
  /** From when on, after its start, it is well; and from when on no longer, null: never. */
  readonly afterMs: number
  readonly untilMs: number | null
  /** The share of probes that fail all the same. */
  readonly failureRate: number
  /** Whether the engine tells it by itself, as of an image that has a HEALTHCHECK. */
  readonly told: boolean
}

export interface Behaviour {
  readonly startMs: number
  readonly runMs: number | null
  readonly exitCode: number
  readonly ignoresSignals: boolean
  readonly refused: boolean
  readonly oomKilled: boolean
  readonly health: SimulatedHealth
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
}

export const DEFAULTS: SimulatedDefaults = { startMs: 0, runMs: null, exitCode: 0, failureRate: 0, refusalRate: 0 }
const OOM_EXIT = 137

/** Whether containers without a script all behave alike that have the same resources: nothing is drawn by lot. */
export const areAlike = ({ startMs, failureRate, refusalRate }: SimulatedDefaults): boolean =>
  typeof startMs === 'number' && failureRate === 0 && refusalRate === 0

/** Whether the environment says anything about how a container behaves. */
export const isScripted = (env: ContainerSpec['env']): boolean =>
  Object.keys(env).some((name) => name.startsWith('SIM_'))

const lines = (text: string | undefined): readonly string[] => (text === undefined ? [] : text.split('\n'))

/**
 * The environment scripts the container: `SIM_START_MS`, `SIM_RUN_MS`, `SIM_EXIT_CODE`, `SIM_FAILURE_RATE` (the share of
 * attempts that end with 1), `SIM_REFUSED=1`, `SIM_HEALTHY_AFTER_MS`, `SIM_UNHEALTHY_AFTER_MS`, `SIM_PROBE_FAILURE_RATE`,
 * `SIM_IMAGE_HEALTH=1` (the engine tells its health by itself), `SIM_OOM=1`, `SIM_IGNORE_SIGNALS=1`, `SIM_CPU_MILLI`,
 * `SIM_MEMORY_BYTES`, `SIM_STDOUT` and `SIM_STDERR` (lines). Chances depend on the seed and the container's name alone.
 */
export const behaviourOf = (
  { env, resources, imageHealth }: ContainerSpec,
  name: string,
  seed: number,
  defaults: SimulatedDefaults,
): Behaviour => {
  const number = (key: string): number | undefined => {
    const value = env[key] === undefined || env[key] === '' ? Number.NaN : Number(env[key])
    return Number.isFinite(value) ? value : undefined
  }
  const [least, most] = typeof defaults.startMs === 'number' ? [defaults.startMs, defaults.startMs] : defaults.startMs
  const fails = chance(seed, `fail ${name}`) < (number('SIM_FAILURE_RATE') ?? defaults.failureRate)
  const oomKilled = env.SIM_OOM === '1'
  return {
    startMs: number('SIM_START_MS') ?? Math.round(least + (most - least) * chance(seed, `start ${name}`)),
    runMs: number('SIM_RUN_MS') ?? defaults.runMs,
    exitCode: oomKilled ? OOM_EXIT : fails ? 1 : (number('SIM_EXIT_CODE') ?? defaults.exitCode),
    ignoresSignals: env.SIM_IGNORE_SIGNALS === '1',
    refused: env.SIM_REFUSED === '1' || chance(seed, `refuse ${name}`) < defaults.refusalRate,
    oomKilled,
    health: {
      afterMs: number('SIM_HEALTHY_AFTER_MS') ?? 0,
      untilMs: number('SIM_UNHEALTHY_AFTER_MS') ?? null,
      failureRate: number('SIM_PROBE_FAILURE_RATE') ?? 0,
      told: imageHealth && env.SIM_IMAGE_HEALTH === '1',
    },
    cpuMilli: number('SIM_CPU_MILLI') ?? Math.round(resources.cpuMilli / 2),
    memoryBytes: number('SIM_MEMORY_BYTES') ?? Math.max(1 << 20, Math.round(resources.memoryBytes / 2)),
    stdout: lines(env.SIM_STDOUT),
    stderr: lines(env.SIM_STDERR),
  }
}
