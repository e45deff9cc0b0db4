import type { Instance } from '#libs/cluster'
import { FILTERS } from './filters'
import type { SchedulerView } from './view'

/** What would have to change, all of it, for an instance to fit on any one of these workers. */
export interface Remedy {
  /** E.g. `2 GiB more memory`, `to be uncordoned`. */
  readonly needs: readonly string[]
  readonly workers: readonly string[]
}

/**
 * What would have to change for an instance to fit, least first: of each worker all that its filters miss. Workers that
 * could never take it, and one that is kept for another instance, are not among them.
 */
export const remediesFor = ({ fleet, feasible, kept }: SchedulerView, instance: Instance): readonly Remedy[] => {
  const found = new Map<string, { readonly needs: readonly string[]; readonly workers: string[] }>()
  for (let row = 0; row < fleet.size; row += 1) {
    if (row === kept?.row) continue
    const candidate = feasible.candidate(row)
    const missed = FILTERS.filter((filter) => filter.rejects(instance, candidate) !== null)
    const needs = missed.map((filter) => filter.remedy(instance, candidate))
    if (!needs.every((need) => need !== null)) continue
    const key = needs.join(' ')
    const same = found.get(key) ?? { needs, workers: [] }
    same.workers.push(candidate.worker.name)
    found.set(key, same)
  }
  return [...found.values()]
    .map(({ needs, workers }) => ({ needs, workers: workers.sort() }))
    .sort((a, b) => a.needs.length - b.needs.length || b.workers.length - a.workers.length || compare(a, b))
}

const compare = (a: Remedy, b: Remedy): number => ((a.workers[0] ?? '') < (b.workers[0] ?? '') ? -1 : 1)
