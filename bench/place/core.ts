import { type Draft, stamp } from '#libs/events'
import type { PlacementPolicy } from '#libs/spec'
import { aJob, submitted } from '../../libs/testing/happenings'
import { schedulerCore } from '../../services/scheduler/core'
import { lots } from '../../services/scheduler/core/fleet/ties'
import { joined } from './cluster'
import type { Work } from './work'

/** Full enough that it matters where things go. */
const LEVEL = 0.8
/** Instances of a job. */
const REPLICAS = 10

export interface CoreSpeed {
  readonly placements: number
  /** Microseconds for each: to decide on it, with the queue, the promises and the event; and to fold it. */
  readonly decide: number
  readonly fold: number
}

/** Placements as the scheduler's whole core decides and folds them, of jobs of ten, until four fifths are in use. */
export const coreSpeedOf = (policy: PlacementPolicy, work: Work, workers: number): CoreSpeed => {
  const capacities = work.workers(workers)
  const core = schedulerCore()
  const cluster = joined(capacities)
  const view = core.initial(cluster)
  const fold = (draft: Draft): void => {
    const seq = cluster.seq + 1
    core.evolve(view, { seq, event: stamp(draft, { id: `e${seq}`, source: 'scheduler/bench', time: seq }) })
  }
  fold({ type: 'PolicySet', data: { policy, seed: null, preemption: null } })
  const random = lots(2)
  let free = LEVEL * capacities.reduce((sum, { cpuMilli }) => sum + cpuMilli, 0)
  for (let job = 0; free > 0; job += 1) {
    const resources = work.ask(random)
    free -= REPLICAS * resources.cpuMilli
    fold(submitted(aJob({ name: `j${job}`, tasks: [{ replicas: REPLICAS, resources }] })))
  }
  let [placements, deciding, folding] = [0, 0, 0]
  for (;;) {
    const start = performance.now()
    const { decisions } = core.decide(view, { wall: 0, mono: 0 })
    deciding += performance.now() - start
    const drafts = decisions.map(({ draft }) => draft)
    if (drafts.length === 0) break
    placements += drafts.filter(({ type }) => type === 'TaskScheduled').length
    const folded = performance.now()
    for (const draft of drafts) fold(draft)
    folding += performance.now() - folded
  }
  return { placements, decide: (1_000 * deciding) / placements, fold: (1_000 * folding) / placements }
}
