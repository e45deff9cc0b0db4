import { DEFAULT_UPDATE, type JobSpec, type RestartSpec, type TaskSpec } from '#libs/spec'
import { TEST_IMAGE } from '../docker'

const MiB = 2 ** 20

const RESTART_SOON: RestartSpec = {
  policy: 'always',
  attempts: null,
  delayMs: 50,
  backoff: 1,
  maxDelayMs: 50,
  resetAfterMs: 600_000,
}

/** A task that sleeps until it is stopped, and ends at once on SIGTERM. */
export const sleeperTask = (change: Partial<TaskSpec> = {}): TaskSpec => ({
  name: 'api',
  driver: 'docker',
  ...(change.driver === 'process' ? {} : { image: TEST_IMAGE }),
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 900 & wait $!'],
  env: {},
  replicas: 1,
  resources: { cpuMilli: 10, memoryBytes: 8 * MiB, diskBytes: MiB },
  ports: [],
  restart: RESTART_SOON,
  stop: { signal: 'SIGTERM', graceMs: 2_000 },
  update: { ...DEFAULT_UPDATE, minHealthyMs: 0 },
  ...change,
})

/** A service of one task that sleeps. */
export const sleeper = (name: string, change: Partial<TaskSpec> = {}): JobSpec => ({
  name,
  kind: 'service',
  tasks: [sleeperTask(change)],
})
