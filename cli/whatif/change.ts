import type { Cluster } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { NO_RESOURCES, type Resources } from '#libs/kernel'
import type { JobSpec, PlacementPolicy } from '#libs/spec'

/** One thing that might have been otherwise. */
export type Change =
  /** Placed by this policy, whatever was set later. */
  | { readonly tag: 'policy'; readonly policy: PlacementPolicy }
  /** A worker that joins, or one that has other means than it had. Without `diskBytes`, as much as any has. */
  | { readonly tag: 'worker'; readonly worker: string; readonly capacity: Omit<Resources, 'diskBytes'> & DiskAsked }
  /** A worker that is not there: given up, with all that it has. */
  | { readonly tag: 'gone'; readonly worker: string }
  | { readonly tag: 'drain'; readonly worker: string }
  | { readonly tag: 'job'; readonly spec: JobSpec }

interface DiskAsked {
  readonly diskBytes: number | null
}

/** The worker that a change is about has to be there; its name where it is not. */
export const missingWorker = (cluster: Cluster, change: Change): string | null =>
  (change.tag === 'gone' || change.tag === 'drain') && !cluster.workers.has(change.worker) ? change.worker : null

/** The events that make it so, on the cluster as it stands. */
export const draftsOf = (cluster: Cluster, change: Change): readonly Draft[] => {
  switch (change.tag) {
    case 'policy':
      return [{ type: 'PolicySet', data: { policy: change.policy, seed: cluster.scheduling.seed, preemption: null } }]
    case 'worker':
      return [joined(cluster, change)]
    case 'gone':
      return [
        { type: 'WorkerLost', data: { worker: change.worker, silentMs: 0 } },
        { type: 'WorkerForgotten', data: { worker: change.worker, reason: 'what if' } },
      ]
    case 'drain':
      return [{ type: 'WorkerDraining', data: { worker: change.worker, deadlineMs: null, reason: 'what if' } }]
    case 'job': {
      const { spec } = change
      const version = (cluster.jobs.get(spec.name)?.version ?? 0) + 1
      return [{ type: 'JobSubmitted', data: { job: spec.name, version, reason: null, spec } }]
    }
  }
}

const joined = (cluster: Cluster, { worker, capacity }: Extract<Change, { tag: 'worker' }>): Draft => {
  const known = cluster.workers.get(worker)
  const others = [...cluster.workers.values()]
  const most = others.reduce((disk, one) => Math.max(disk, one.capacity.diskBytes), NO_RESOURCES.diskBytes)
  const diskBytes = capacity.diskBytes ?? known?.capacity.diskBytes ?? (most > 0 ? most : 2 ** 40)
  const drivers = known?.drivers ?? [...new Set(others.flatMap((one) => one.drivers))]
  return {
    type: 'WorkerRegistered',
    data: {
      worker,
      capacity: { ...capacity, diskBytes },
      labels: { ...known?.labels },
      drivers: drivers.length > 0 ? [...drivers] : ['docker'],
      engines: {},
      devices: {},
      platform: { ...known?.platform },
      overcommit: {},
      portSpaces: [...(known?.portSpaces ?? [])],
      version: known?.version ?? '',
      host: known?.host ?? worker,
    },
  }
}

/** Whether things go another way from the very moment of the change, and not only once something is placed otherwise. */
export const actsAtOnce = (cluster: Cluster, change: Change): boolean => {
  switch (change.tag) {
    case 'job':
      return true
    case 'gone':
    case 'drain':
      return (cluster.workers.get(change.worker)?.instances.size ?? 0) > 0
    case 'policy':
    case 'worker':
      return false
  }
}

/** A recorded event as it is with the changes made, or null where they leave no room for it. */
export const underChanges = (changes: readonly Change[], draft: Draft): Draft | null => {
  for (const change of changes) {
    if (change.tag === 'policy' && draft.type === 'PolicySet') return null
    if (!('worker' in change) || !draft.type.startsWith('Worker')) continue
    if ((draft.data as { worker?: string }).worker !== change.worker) continue
    if (change.tag === 'gone') return null
    if (change.tag === 'worker' && draft.type === 'WorkerRegistered') {
      const { diskBytes, ...rest } = change.capacity
      const capacity = { ...rest, diskBytes: diskBytes ?? draft.data.capacity.diskBytes }
      return { type: draft.type, data: { ...draft.data, capacity } }
    }
  }
  return draft
}
