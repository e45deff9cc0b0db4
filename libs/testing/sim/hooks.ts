import type { HookSpec, JobSpec, TaskSpec } from '#libs/spec'
import type { Planned } from './happenings'
import { Random } from './random'

/**
 * Gives some tasks of a plan hooks before their start and after their end, some of which fail or hang. Drawn apart from the
 * rest, so that the rest of the plan of a seed stays what it was.
 */
export const withHooks = (seed: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'hooks')
  return happenings.map(
    ({ at, what }): Planned =>
      what.tag === 'submit' ? { at, what: { ...what, spec: hooked(what.spec, random) } } : { at, what },
  )
}

const hooked = (spec: JobSpec, random: Random): JobSpec => ({
  ...spec,
  tasks: spec.tasks.map((task): TaskSpec => {
    const prestart = random.pick([[], [], [], ['fetch'], ['fetch', 'migrate']])
    const poststop = random.pick([[], [], [], ['upload'], ['upload', 'tidy']])
    return {
      ...task,
      ...(prestart.length === 0 ? {} : { prestart: prestart.map((name) => hook(name, random, null)) }),
      ...(poststop.length === 0
        ? {}
        : { poststop: poststop.map((name) => hook(name, random, random.pick([null, null, 2_000]))) }),
    }
  }),
})

/** `hangsMs`: it does not end by itself, and has so long. What runs before a start must let it come about in the end. */
const hook = (name: string, random: Random, hangsMs: number | null): HookSpec => ({
  name,
  command: ['do', name],
  env: {
    SIM_RUN_MS: hangsMs === null ? String(random.between(20, 1_500)) : '1000000',
    SIM_EXIT_CODE: '0',
    SIM_FAILURE_RATE: random.pick(['0', '0', '0.3']),
  },
  timeoutMs: hangsMs ?? 60_000,
})
