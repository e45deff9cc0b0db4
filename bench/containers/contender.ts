import type { PrivateDocker } from '#libs/testing'

export type Engine = ReturnType<PrivateDocker['client']>

/** What every contender runs, with the same limits. */
export interface Workload {
  readonly image: string
  readonly args: readonly string[]
  /** 0: no limit. A tight one holds back the start itself, for everyone alike. */
  readonly cpuMilli: number
  readonly memoryBytes: number
  readonly stopSignal: string
}

/** The first process of a container ignores SIGTERM unless it says otherwise, and `sleep` does not: so SIGKILL. */
export const sleeper = (image: string, cpuMilli: number): Workload => ({
  image,
  args: ['sleep', '86400'],
  cpuMilli,
  memoryBytes: 32 * 2 ** 20,
  stopSignal: 'SIGKILL',
})

/** One way of running containers on the engine. All times in milliseconds. */
export interface Contender {
  readonly name: string
  /** From the order for `count` containers until all are known to run. */
  up(count: number): Promise<number>
  /** From the order to end them all until the engine has none of them left. */
  down(): Promise<number>
  /** From the kill of one container until another in its place is known to run. */
  replace(): Promise<number>
}

/** One with something of its own that must be ended. */
export interface Orchestrator extends Contender {
  close(): Promise<void>
}

export const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

/** Calls `isDone` until it says so. For what cannot be listened to; `everyMs` bounds the error of the measurement. */
export const poll = async (what: string, everyMs: number, isDone: () => Promise<boolean>): Promise<void> => {
  const giveUp = performance.now() + 120_000
  while (!(await isDone())) {
    if (performance.now() > giveUp) throw new Error(`${what}: still not so after 120 s`)
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}

/** Waits until the engine has no container with this label. */
export const untilGone = (engine: Engine, label: string): Promise<void> =>
  poll(`all containers with ${label} are gone`, 20, async () => {
    const left = await engine.listContainers({ all: true, filters: { label: [label] } })
    return left.length === 0
  })
