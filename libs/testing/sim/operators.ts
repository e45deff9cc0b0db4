import { DEFAULT_UPDATE, type JobSpec, PLACEMENT_POLICIES, type UpdateSpec } from '#libs/spec'
import type { Happening, Planned } from './happenings'
import { Random } from './random'
import type { SteeringVerb } from './steering'

/** The share of the happenings that operators take the place of. */
const SHARE = 0.2
/** The share of the jobs that are stopped which are to be forgotten after. */
const PURGED = 0.4
/** After which share of them workers are balanced anew. */
const BALANCED = 0.4

/**
 * Gives a plan updates and policies of every kind, and operators who steer them and empty workers. All of it is drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withOperators = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'operators')
  const policies = new Random(seed, 'policies')
  const balance = new Random(seed, 'balance')
  const purges = new Random(seed, 'purges')
  const steered = happenings.map(({ at, what }): Planned => {
    if (what.tag === 'submit') {
      const policy = policies.pick(POLICIES)
      const spec = withUpdates(what.spec, random)
      return { at, what: { ...what, spec: policy === null ? spec : { ...spec, placement: { policy } } } }
    }
    if (random.chance(SHARE)) return { at, what: ask(random, workers) }
    return { at, what: what.tag === 'stop job' ? { ...what, purge: purges.chance(PURGED) } : what }
  })
  return steered.flatMap((one) =>
    balance.chance(BALANCED) ? [one, { at: one.at + 1, what: { tag: 'rebalance' as const } }] : [one],
  )
}

/** Half of the jobs leave it to the cluster. */
const POLICIES = [...PLACEMENT_POLICIES, ...PLACEMENT_POLICIES.map(() => null)]

const withUpdates = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task) => (random.chance(0.3) ? task : { ...task, update: updateFrom(random) })),
})

const updateFrom = (random: Random): UpdateSpec => ({
  ...DEFAULT_UPDATE,
  order: random.pick(['stop-first', 'start-first']),
  maxParallel: random.pick([1, 1, 2, 3]),
  minHealthyMs: random.pick([0, 0, 1_000, 4_000]),
  healthyDeadlineMs: random.pick([10_000, 30_000]),
  progressDeadlineMs: random.pick([30_000, 60_000]),
  autoRevert: random.chance(0.4),
  canary: random.pick([0, 0, 0, 1, 2]),
  autoPromote: random.chance(0.5),
})

const JOBS = ['web', 'web', 'db', 'sum']
const VERBS: readonly Exclude<SteeringVerb, 'label' | 'run' | 'set-policy'>[] = [
  ...(['drain', 'drain', 'cordon', 'uncordon', 'uncordon', 'scale', 'scale'] as const),
  ...(['pause', 'resume', 'promote', 'revert', 'restart', 'restart'] as const),
]

const ask = (random: Random, workers: number): Happening => {
  const verb = random.pick(VERBS)
  const actor = 'sim'
  switch (verb) {
    case 'drain':
    case 'cordon':
    case 'uncordon': {
      const deadlineMs = verb === 'drain' ? random.pick([null, 1_000, 10_000]) : null
      return {
        tag: 'ask',
        verb,
        request: { worker: `w${random.between(1, workers)}`, deadlineMs, reason: null, actor },
      }
    }
    case 'scale': {
      const job = random.pick(JOBS)
      const replicas = random.between(0, 5)
      return { tag: 'ask', verb, request: { job, task: job === 'web' ? 'api' : 'all', replicas, reason: null, actor } }
    }
    case 'restart': {
      const job = random.pick(JOBS)
      const task = random.pick([null, job === 'web' ? 'api' : 'all'])
      const index = task === null ? null : random.pick([null, 0, 1])
      return { tag: 'ask', verb, request: { job, task, index, reason: null, actor } }
    }
    case 'revert':
      return { tag: 'ask', verb, request: { job: random.pick(JOBS), to: null, reason: null, actor } }
    case 'pause':
    case 'resume':
    case 'promote':
      return { tag: 'ask', verb, request: { job: random.pick(JOBS), reason: null, actor } }
  }
}
