import type { HealthSpec, JobSpec, RescheduleSpec, TaskSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Gives tasks health checks of every kind, instances that are not well, and ways to go on once they have failed. All of
 * it is drawn apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withIlls = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'ills')
  return happenings.map(({ at, what }) =>
    what.tag === 'submit' ? { at, what: { ...what, spec: ailing(what.spec, random) } } : { at, what },
  )
}

const ailing = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) => {
    const drawn = random.pick(RESCHEDULES)
    // Batch work that fails for ever would never be over.
    const reschedule = spec.kind === 'batch' && drawn?.attempts === null ? null : drawn
    const checked = checkedAs(random.pick(['not', 'not', 'probed', 'probed', 'by its image']), task, random)
    return reschedule === null ? checked : { ...checked, reschedule }
  }),
})

const RESCHEDULES: readonly (RescheduleSpec | null)[] = [
  null,
  { attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0 },
  { attempts: 2, delayMs: 1_000, backoff: 2, maxDelayMs: 10_000 },
  { attempts: null, delayMs: 5_000, backoff: 2, maxDelayMs: 3_600_000 },
]

const checkedAs = (how: 'not' | 'probed' | 'by its image', task: TaskSpec, random: Random): TaskSpec => {
  const afterMs = random.pick([0, 500, 3_000])
  const untilMs = random.pick([null, null, 4_000, 20_000])
  const failureRate = random.pick([0, 0, 0.3])
  const health = checkFrom(random)
  if (how === 'not') return task
  const env: Record<string, string> = { ...task.env, SIM_HEALTHY_AFTER_MS: String(afterMs) }
  // What its engine says of it no healing changes: it must come to an end by itself.
  const ends = how === 'probed' || task.restart.attempts !== null
  if (untilMs !== null && ends) env.SIM_UNHEALTHY_AFTER_MS = String(untilMs)
  if (how === 'by its image') return { ...task, env: { ...env, SIM_IMAGE_HEALTH: '1' } }
  return { ...task, env: { ...env, SIM_PROBE_FAILURE_RATE: String(failureRate) }, health }
}

const checkFrom = (random: Random): HealthSpec => ({
  tcp: { port: 80 },
  intervalMs: random.pick([1_000, 5_000]),
  timeoutMs: 1_000,
  retries: random.between(1, 3),
  startPeriodMs: random.pick([0, 3_000]),
  successThreshold: random.between(1, 2),
})
