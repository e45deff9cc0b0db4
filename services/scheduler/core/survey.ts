import { type Instance, idOf } from '#libs/cluster'
import type { PlacementPolicy } from '#libs/spec'
import { type Candidate, FILTERS, type Reason } from './filters'
import { TERMS, type Term } from './fleet/numbers'
import { costOf, POLICIES, type Scored, termCost } from './policies'
import type { Part } from './preferences'
import type { Kept, SchedulerView } from './view'

/** What one worker is to one instance: a place with a score, or why not. */
export type WorkerVerdict =
  | {
      readonly worker: string
      readonly fits: true
      /** The instance has failed there lately: it is taken only where no other fits. */
      readonly avoided?: true
      /** What its job says for or against the worker, which counts before the score; absent: nothing. */
      readonly preference?: { readonly points: number; readonly parts: readonly Part[] }
      /** Higher is better; by a policy that scores nothing all are 0. */
      readonly score: number
      /** What each term costs, by a policy that scores. */
      readonly costs: Readonly<Partial<Record<Term, number>>>
    }
  | { readonly worker: string; readonly fits: false; readonly filter: string; readonly detail: string }

const rejection = (instance: Instance, candidate: Candidate) => {
  for (const filter of FILTERS) {
    const detail = filter.rejects(instance, candidate)
    if (detail !== null) return { filter: filter.name, detail }
  }
  return null
}

/** The same for people: before all that may change, what never will on this worker. */
const plainRejection = (instance: Instance, candidate: Candidate) => {
  for (const filter of FILTERS) {
    const detail = filter.rejects(instance, candidate)
    if (detail !== null && filter.remedy(instance, candidate) === null) return { filter: filter.name, detail }
  }
  return rejection(instance, candidate)
}

/** Why no worker takes an instance: how many each filter rejects, in the order of the filters. */
export const reasonsOf = (view: SchedulerView, instance: Instance): readonly Reason[] => {
  const { fleet, feasible } = view
  const kept = keptFrom(view, instance)
  if (fleet.size === 0) return [{ reason: 'no worker has joined', workers: 0 }]
  const rejected = new Map<string, number>()
  for (let row = 0; row < fleet.size; row += 1) {
    const filter = rejection(instance, feasible.candidate(row))?.filter ?? (row === kept?.row ? 'kept' : null)
    if (filter !== null) rejected.set(filter, (rejected.get(filter) ?? 0) + 1)
  }
  return [...FILTERS.map(({ name }) => name), 'kept'].flatMap((reason) => {
    const workers = rejected.get(reason)
    return workers === undefined ? [] : [{ reason, workers }]
  })
}

/** Every worker's verdict on an instance, in the order of their names: asks the very functions that decide. */
export const judgeAll = (
  view: SchedulerView,
  instance: Instance,
  policy: PlacementPolicy,
): readonly WorkerVerdict[] => {
  const { fleet, feasible, preferences, claims } = view
  const kept = keptFrom(view, instance)
  const preference = preferences.of(instance)
  const rows = fleet.workers.map((_, row) => row).sort((a, b) => (nameAt(view, a) < nameAt(view, b) ? -1 : 1))
  const keptThere = (row: number): string => {
    const kept = claims.on(row).filter((other) => other !== instance)
    return kept.length === 0 ? '' : `; room is kept for ${kept.map((other) => idOf(other)).join(', ')}`
  }
  return rows.map((row): WorkerVerdict => {
    const worker = nameAt(view, row)
    const rejected = plainRejection(instance, feasible.candidate(row)) ?? (row === kept?.row ? keptFor(kept) : null)
    if (rejected !== null) return { worker, fits: false, ...rejected, detail: `${rejected.detail}${keptThere(row)}` }
    const avoided = instance.avoids.includes(worker) ? { avoided: true as const } : {}
    const parts = preference?.parts(row) ?? []
    const points = parts.reduce((sum, part) => sum + part.points, 0)
    const preferred = parts.length === 0 ? {} : { preference: { points, parts } }
    return { worker, fits: true, ...avoided, ...preferred, ...scoreOf(view, instance, policy, row) }
  })
}

/** The worker that is kept for another one, unless room was made there for this one. */
const keptFrom = ({ claims, kept }: SchedulerView, instance: Instance): Kept | null =>
  kept === null || kept.row === claims.rowOf(instance) ? null : kept

const keptFor = ({ instance }: Kept) => ({
  filter: 'kept',
  detail: `is kept for ${idOf(instance)}, which has waited too long`,
})

const nameAt = ({ fleet }: SchedulerView, row: number): string => fleet.workers[row]?.name ?? ''

const scoreOf = ({ fleet, replicas }: SchedulerView, instance: Instance, name: PlacementPolicy, row: number) => {
  const policy = POLICIES[name]
  const scored: Scored | null = policy.pick === 'best' ? policy : policy.pick === 'sample' ? policy.by : null
  if (scored === null) return { score: 0, costs: {} }
  const { facts } = fleet
  const numbers = fleet.numbers(row, scored.measured)
  const asked = replicas.askedBy(instance)
  const costs = scored.terms.map((term) => [term, termCost(scored, facts, TERMS.indexOf(term), numbers, asked)])
  return {
    score: scored.base - costOf(scored, facts, numbers, asked),
    costs: Object.fromEntries(costs) as Partial<Record<Term, number>>,
  }
}
