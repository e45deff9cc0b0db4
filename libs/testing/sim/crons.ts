import { DEFAULT_CRON, type JobSpec } from '#libs/spec'
import type { Happening, Planned } from './happenings'
import { Random } from './random'

/** The share of the batch jobs that come to be cron jobs, and of the happenings after which one is run. */
const SHARE = 0.5
const RUN = 0.05

/**
 * Gives a plan jobs that run each minute, or only when they are asked to, and operators who ask. Drawn apart from the
 * rest, so that the rest of the plan of a seed stays what it was.
 */
export const withCrons = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'crons')
  return happenings.flatMap(({ at, what }): Planned[] => {
    if (what.tag === 'submit' && what.spec.kind === 'batch' && random.chance(SHARE))
      return [{ at, what: { ...what, spec: asCron(what.spec, random) } }]
    if (what.tag === 'stop job' && what.job === 'sum' && random.chance(SHARE))
      return [{ at, what: { ...what, job: NAME } }]
    return random.chance(RUN)
      ? [
          { at, what },
          { at: at + 1, what: run(random) },
        ]
      : [{ at, what }]
  })
}

const NAME = 'tick'

/** Under a name of its own, since a job that runs keeps its kind. */
const asCron = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  name: NAME,
  kind: 'cron',
  cron: {
    ...DEFAULT_CRON,
    ...random.pick([{}, { schedule: '* * * * *' }, { schedule: '* * * * *' }, { schedule: '*/2 * * * *' }]),
    timeZone: random.pick(['UTC', 'Europe/Berlin', 'Asia/Kathmandu']),
    overlap: random.pick(['allow', 'forbid', 'forbid', 'replace']),
    catchUpMs: random.pick([10_000, 60_000, 3_600_000]),
    keepRuns: random.pick([1, 2, 3]),
    params: random.pick([{}, { PARAM: 'usual' }]),
  },
  tasks: spec.tasks.map((task) => ({ ...task, env: { ...task.env, ...random.pick([{}, LONG]) } })),
})

/** So long that the next one comes meanwhile. */
const LONG = { SIM_RUN_MS: '70000' }

const run = (random: Random): Happening => ({
  tag: 'ask',
  verb: 'run',
  request: { job: NAME, params: random.pick([{}, {}, { PARAM: 'other' }]), reason: null, actor: 'sim' },
})
