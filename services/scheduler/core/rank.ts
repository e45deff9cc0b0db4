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

export const judge = (instance: Instance, candidate: Candidate, policy: Policy): WorkerVerdict => {
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

/** The worker with the highest score, the first by name among equals; null when none fits. */
export const pick = (verdicts: readonly WorkerVerdict[]): string | null => {
  let best: { worker: string; score: number } | null = null
  for (const verdict of verdicts) {
    if (verdict.fits && (best === null || verdict.score > best.score)) best = verdict
  }
  return best === null ? null : best.worker
}
