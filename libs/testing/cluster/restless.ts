import { readdirSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { JobSpec } from '#libs/spec'
import type { TestClient } from './client'
import { sleeper } from './jobs'
import type { Observer } from './observer'

/** What goes on at random: where, by which numbers, and what was asked for so far. */
export interface Restless {
  readonly cluster: TestClient & { readonly log: Observer }
  /** Where the instances' processes hold their places. */
  readonly dir: string
  readonly roll: (n: number) => number
  /** What was last asked for and acknowledged, by job; null: its end. */
  readonly wanted: Map<string, number | null>
  readonly told: string[]
}

/** Numbers from 0 to below `n`, the same for the same seed. */
export const dice = (seed: number) => {
  let state = seed
  return (n: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0
    return ((state >>> 8) & 0xffff) % n
  }
}

/**
 * Each process holds a folder of its instance's name while it lives, and says so when somebody else does already: two
 * at once are found out though it be for a moment.
 */
const HOLD = [
  `id=$(basename "$(dirname "$PWD")"); held="$DIR/held-\${id%-*}"`,
  'let_go() { rmdir "$held"; exit 0; }',
  'trap let_go TERM', // before it holds anything: it may be told to stop at any moment
  'mkdir "$held" || echo "$id" >> "$DIR/doubles"',
].join('\n')

const holding = (name: string, dir: string, replicas: number, version: number, script: string): JobSpec =>
  sleeper(name, {
    driver: 'process',
    replicas,
    command: ['sh', '-c', `${HOLD}\n${script}`],
    env: { DIR: dir, VERSION: String(version) },
    stop: { signal: 'SIGTERM', graceMs: 30_000 },
  })

const steady = (name: string, dir: string, replicas: number, version: number): JobSpec =>
  holding(name, dir, replicas, version, 'sleep 900 & wait $!')

/** Ends by itself again and again, and is started again. */
export const flapping = (dir: string): JobSpec => holding('flapping', dir, 3, 1, 'sleep 1 & wait $!; let_go')

/** Hands in, changes or stops one of some jobs, until it is acknowledged. */
export const user = async ({ cluster, dir, roll, wanted, told }: Restless): Promise<void> => {
  const job = `job-${roll(6)}`
  const before = wanted.get(job)
  if (typeof before === 'number' && roll(4) === 0) {
    told.push(`stop ${job}`)
    await retried(() => cluster.stopJob(job))
    wanted.set(job, null)
    return
  }
  const replicas = 1 + roll(4)
  const version = roll(2)
  told.push(`submit ${job} with ${replicas}, version ${version}`)
  await retried(() => cluster.submit(steady(job, dir, replicas, version), 2_000))
  wanted.set(job, replicas)
}

/** Refusals of a job that is still being stopped end when it is; a time-out is no answer. */
export const retried = async (work: () => Promise<unknown>): Promise<void> => {
  for (const giveUp = Date.now() + 60_000; ; await pause(100)) {
    try {
      await work()
      return
    } catch (cause) {
      if (Date.now() > giveUp) throw cause
    }
  }
}

/** Whether all is as it was asked for. */
export const isSettled = ({ cluster: { log }, wanted }: Restless): boolean =>
  [...wanted].every(([job, replicas]) => {
    if (replicas === null) return log.view.jobs.get(job)?.state === 'stopped'
    const instances = log.instances(job)
    const upToDate = instances.every((one) => one.index >= replicas || one.version >= one.task.templateVersion)
    const running = instances.filter(({ state }) => state === 'running')
    const rest = instances.filter(({ state, index }) => index >= replicas && state !== 'stopped')
    return upToDate && running.length === replicas && rest.length === 0
  })

/** How many instances hold their place. */
export const heldIn = (dir: string): number => readdirSync(dir).filter((name) => name.startsWith('held-')).length
