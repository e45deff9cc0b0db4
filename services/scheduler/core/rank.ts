import type { Instance, Worker } from '#libs/cluster'
import { hostPortKey } from '#libs/cluster'
import { addResources, NO_RESOURCES, type Resources, subtractResources } from '#libs/kernel'
import { type Candidate, FILTERS } from './filters'
import type { Policy } from './policies'

/** What one batch has promised on top of what the log says, by worker. */
export class Plan {
  private readonly promised = new Map<string, { resources: Resources; hostPorts: Set<string> }>()

  candidate(worker: Worker): Candidate {
    const promised = this.promised.get(worker.name)
    const used = promised === undefined ? worker.reserved : addResources(worker.reserved, promised.resources)
    const hostPorts = promised === undefined ? worker.hostPorts : promised.hostPorts
    return { worker, free: subtractResources(worker.capacity, used), hostPorts }
  }

  promise(worker: Worker, instance: Instance): void {
    const before = this.promised.get(worker.name) ?? { resources: NO_RESOURCES, hostPorts: new Set(worker.hostPorts) }
    const { resources, ports } = instance.task.spec
    for (const port of ports) if (port.hostPort !== 0) before.hostPorts.add(hostPortKey(port))
    this.promised.set(worker.name, {
      resources: addResources(before.resources, resources),
      hostPorts: before.hostPorts,
    })
  }
}

/** What one worker is to one instance: a place with a score, or why not. */
export type WorkerVerdict =
  | { readonly worker: string; readonly fits: true; readonly score: number }
  | { readonly worker: string; readonly fits: false; readonly filter: string; readonly detail: string }

const judge = (instance: Instance, candidate: Candidate, policy: Policy): WorkerVerdict => {
  const worker = candidate.worker.name
  for (const filter of FILTERS) {
    const detail = filter.rejects(instance, candidate)
    if (detail !== null) return { worker, fits: false, filter: filter.name, detail }
  }
  return { worker, fits: true, score: policy.score(instance, candidate) }
}

/** Every worker's verdict on an instance, in the order of their names. */
export const judgeAll = (
  workers: Iterable<Worker>,
  instance: Instance,
  plan: Plan,
  policy: Policy,
): readonly WorkerVerdict[] =>
  [...workers]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((worker) => judge(instance, plan.candidate(worker), policy))

/** How many workers one filter rejected. */
export interface Reason {
  readonly reason: string
  readonly workers: number
}

export interface Survey {
  /** The worker with the highest score, the first by name among equals; null when none fits. */
  readonly worker: Worker | null
  /** Why the others do not, in the order of the filters. */
  readonly reasons: readonly Reason[]
}

/** The same verdicts in one pass, for who decides: nothing is sorted or kept. */
export const survey = (workers: Iterable<Worker>, instance: Instance, plan: Plan, policy: Policy): Survey => {
  let best: { worker: Worker; score: number } | null = null
  const rejected = new Map<string, number>()
  for (const worker of workers) {
    const verdict = judge(instance, plan.candidate(worker), policy)
    if (!verdict.fits) rejected.set(verdict.filter, (rejected.get(verdict.filter) ?? 0) + 1)
    else if (best === null || isBetter(verdict.score, worker, best)) best = { worker, score: verdict.score }
  }
  const reasons = FILTERS.flatMap(({ name }) => {
    const count = rejected.get(name)
    return count === undefined ? [] : [{ reason: name, workers: count }]
  })
  const nobody = best === null && reasons.length === 0
  return { worker: best?.worker ?? null, reasons: nobody ? [{ reason: 'no worker has joined', workers: 0 }] : reasons }
}

const isBetter = (score: number, worker: Worker, best: { worker: Worker; score: number }): boolean =>
  score > best.score || (score === best.score && worker.name < best.worker.name)
