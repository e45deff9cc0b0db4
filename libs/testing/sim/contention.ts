import type { Happening, Planned } from './happenings'
import { preemption } from './priorities'
import { Random } from './random'

/** The share of the plans that are about it. */
const SHARE = 0.25
const PRIORITIES = [5, 20, 35, 45, 65, 80, 95] as const
/** How often a submit has company, and how long after it at most. */
const COMPANY = 0.7
const AT_ONCE_MS = 3_000

/**
 * Makes some plans a struggle for room: the higher take the place of the lower from the first moment on, there is more to
 * place than fits, and what is to be placed comes as workers are drained, lost and cut off and as jobs are updated. Drawn
 * apart from the rest, so that the rest of the plan of a seed stays what it was.
 */
export const withContention = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'contention')
  if (!random.chance(SHARE)) return happenings
  return happenings.flatMap(({ at, what }, place): Planned[] => {
    const first: Planned[] = place === 0 ? [{ at, what: preemption(true) }] : []
    if (what.tag !== 'submit') return [...first, { at, what }]
    const tasks = what.spec.tasks.map((task) => ({ ...task, replicas: task.replicas + random.between(0, 2) }))
    const spec = { ...what.spec, tasks, priority: random.pick(PRIORITIES) }
    const company = random.chance(COMPANY) ? times(random.between(1, 3), () => trouble(random, workers)) : []
    return [
      ...first,
      { at, what: { ...what, spec } },
      ...company.map((other) => ({ at: at + random.between(0, AT_ONCE_MS), what: other })),
    ]
  })
}

const times = <T>(count: number, make: () => T): readonly T[] => Array.from({ length: count }, make)

/** What moves instances, or takes room away, while others make room. */
const trouble = (random: Random, workers: number): Happening => {
  const node = `w${random.between(1, workers)}`
  const actor = 'sim'
  const reason = null
  const job = random.pick(['web', 'db', 'sum'])
  const ask = random.pick([
    ...(['drain', 'drain', 'uncordon', 'uncordon', 'cut off', 'reboot', 'restart', 'scale', 'rebalance'] as const),
  ])
  switch (ask) {
    case 'drain':
      return { tag: 'ask', verb: ask, request: { worker: node, deadlineMs: random.pick([null, 1_000]), reason, actor } }
    case 'uncordon':
      return { tag: 'ask', verb: ask, request: { worker: node, deadlineMs: null, reason, actor } }
    case 'cut off':
      return { tag: ask, nodes: [node], ms: random.between(5_000, 60_000), noticeMs: random.between(0, 5_000) }
    case 'reboot':
      return { tag: ask, node, downMs: random.between(500, 20_000) }
    case 'restart':
      return { tag: 'ask', verb: ask, request: { job, task: null, index: null, reason, actor } }
    case 'scale': {
      const request = { job, task: job === 'web' ? 'api' : 'all', replicas: random.between(1, 5), reason, actor }
      return { tag: 'ask', verb: ask, request }
    }
    case 'rebalance':
      return { tag: ask }
  }
}
