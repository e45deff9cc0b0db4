import { type Draft, type OrkEvent, stamp } from '#libs/events'
import { DEFAULT_RESOURCES, DEFAULT_RESTART, DEFAULT_STOP, type JobSpec } from '#libs/spec'

const WORKERS = 20
const JOBS = 100
const REPLICAS = 10
const ATTEMPTS_A_ROUND = 3
/** Elections, workers and jobs stand before the first placement. */
const BEFORE = 2 + WORKERS + JOBS

/**
 * A history that services might have written: 1,000 instances on 20 workers that are placed, run, end, are restarted
 * twice, lose their worker and are placed again. Every step is legal.
 */
export function* history(count: number): Generator<OrkEvent> {
  let made = 0
  for (const draft of drafts()) {
    if (made === count) return
    made += 1
    const id = `01JD8Q0000${String(made).padStart(16, '0')}`
    yield stamp(draft, { id, source: 'manager/m1', time: 1_700_000_000_000 + made, epoch: 1 })
  }
}

const name = (job: number): string => `service-${job}`

const spec = (job: number): JobSpec => ({
  name: name(job),
  kind: 'service',
  tasks: [
    {
      name: 'api',
      driver: 'docker',
      image: 'registry.example.com/shop/api:1.4.2',
      env: { PORT: '8080', LOG_LEVEL: 'info' },
      replicas: REPLICAS,
      resources: DEFAULT_RESOURCES,
      ports: [],
      restart: { ...DEFAULT_RESTART, policy: 'always', attempts: null, maxDelayMs: 60_000 },
      stop: DEFAULT_STOP,
    },
  ],
})

function* drafts(): Generator<Draft> {
  yield { type: 'LeaderElected', data: { role: 'manager', holder: 'm1', epoch: 1 } }
  yield { type: 'LeaderElected', data: { role: 'scheduler', holder: 's1', epoch: 1 } }
  const capacity = { cpuMilli: 1_000_000, memoryBytes: 2 ** 40, diskBytes: 2 ** 42 }
  for (let worker = 0; worker < WORKERS; worker += 1) {
    const more = {
      labels: {},
      drivers: ['docker' as const],
      engines: {},
      devices: {},
      platform: {},
      overcommit: {},
      portSpaces: [],
      version: '0.1.0',
      host: `host-${worker}`,
    }
    yield { type: 'WorkerRegistered', data: { worker: `w${worker}`, capacity, ...more } }
  }
  for (let job = 0; job < JOBS; job += 1) {
    yield { type: 'JobSubmitted', data: { job: name(job), version: 1, reason: null, spec: spec(job) } }
  }
  for (let round = 0; ; round += 1) yield* lives(round)
}

/** One step of every instance, then the next step: neighbours in the log are about different instances. */
function* lives(round: number): Generator<Draft> {
  for (let step = 0; step < LIFE.length; step += 1) {
    for (let job = 0; job < JOBS; job += 1) {
      for (let index = 0; index < REPLICAS; index += 1) yield draftOf(round, step, job, index)
    }
  }
}

const STEPS = ['TaskScheduled', 'TaskPulling', 'TaskStarted', 'TaskExited', 'TaskRestarting'] as const
const AGAIN = ['TaskStarted', 'TaskExited', 'TaskRestarting'] as const
const LAST = ['TaskStarted', 'TaskLost'] as const
const LIFE = [...STEPS, ...AGAIN, ...LAST]

const draftOf = (round: number, step: number, job: number, index: number): Draft => {
  const type = LIFE[step] ?? 'TaskLost'
  const restarts = step < STEPS.length ? 0 : step < STEPS.length + AGAIN.length ? 1 : 2
  const attempt = round * ATTEMPTS_A_ROUND + 1 + restarts
  const worker = `w${(job + index + round) % WORKERS}`
  const place = { job: name(job), task: 'api', index, worker, attempt }
  // The log was empty: an event's sequence is its number.
  const placement = BEFORE + (round * LIFE.length * JOBS + job) * REPLICAS + index + 1
  const about = { ...place, placement }
  switch (type) {
    case 'TaskScheduled':
      return { type, data: { ...place, version: 1, policy: 'spread', asOf: 1, ports: [] } }
    case 'TaskPulling':
      return { type, data: { ...about, image: 'registry.example.com/shop/api:1.4.2', doneBytes: 0, totalBytes: 0 } }
    case 'TaskStarted':
      return {
        type,
        data: { ...about, container: `ork-${name(job)}-api-${index}-${attempt}`, ports: [], checked: false },
      }
    case 'TaskExited':
      return { type, data: { ...about, exitCode: 1, signal: null, oomKilled: false } }
    case 'TaskRestarting': {
      const next = { attempt: attempt + 1, restarts: restarts + 1, delayMs: 1_000, reason: 'it exited with code 1' }
      return { type, data: { ...about, ...next } }
    }
    case 'TaskLost':
      return { type, data: { ...about, reason: 'its worker was not heard of for 30 s' } }
  }
}
