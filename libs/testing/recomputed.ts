import { type Cluster, emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import type { Entry, EventOf } from '#libs/events'
import { instanceId } from '#libs/kernel'
import { recompute } from '../../services/scheduler/core'

interface Decided {
  readonly seq: number
  readonly data: EventOf<'TaskScheduled'>['data']
}

/** Decides the placements of a log again, each on the log up to the sequence that it names. */
export class Recomputing {
  private cluster: Cluster = emptyCluster()

  /** @param at The entry of a sequence. */
  constructor(private readonly at: (seq: number) => Entry | undefined) {}

  /** What differs, in words; what rests on heartbeats, which are not in the log, is left out. */
  differences(decided: readonly Decided[]): string[] {
    return [...decided].sort((a, b) => a.data.asOf - b.data.asOf).flatMap((one) => this.difference(one))
  }

  private difference({ seq, data }: Decided): string[] {
    const { job, task, index, worker, asOf, policy } = data
    this.foldTo(asOf)
    const found = this.cluster.jobs.get(job)?.tasks.get(task)
    const again = found === undefined ? null : recompute(this.cluster, { task: found, index })
    if (again?.measured) return []
    const same = again?.placement?.worker === worker && again.placement.policy === policy
    const verdict = again?.workers.find((one) => one.worker === worker)
    const id = instanceId({ job, task, index })
    if (same && verdict?.fits) return []
    const now = again?.placement?.worker ?? 'nowhere'
    return [`${id} at ${seq}, as of ${asOf} by ${policy}: was ${worker}, is ${now}; ${JSON.stringify(verdict)}`]
  }

  /** A leader that was stalled names a sequence that lies far back: then it is folded from the first event again. */
  private foldTo(seq: number): void {
    if (seq < this.cluster.seq) this.cluster = emptyCluster()
    while (this.cluster.seq < seq) {
      const entry = this.at(this.cluster.seq + 1)
      if (entry === undefined) throw new Error(`there is no event ${this.cluster.seq + 1}`)
      evolve(this.cluster, entry, ignoreChanges)
    }
  }
}

/** The same for a log that is at hand, from its first event. */
export const recomputedDifferences = (entries: readonly Entry[]): string[] => {
  const decided = entries.flatMap(({ seq, event }) =>
    event.type === 'TaskScheduled' ? [{ seq, data: event.data }] : [],
  )
  return new Recomputing((seq) => entries[seq - 1]).differences(decided)
}
