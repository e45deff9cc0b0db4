import { type Decision, type Instance, isOpen, isPlaced, type Job, meets, type Worker } from '#libs/cluster'
import type { ManagerView } from './view'

/** At most so many workers at once; the others follow when these are folded. */
const MOST_AT_ONCE = 1_000

/**
 * The workers on which a system job should run, where they are others than the log says; null: there is nothing to say.
 * It runs on each that is open, offers the drivers of its tasks and meets their constraints. What runs on a worker that is
 * cordoned stays there; a worker that is drained is left by it last; one that is gone counts until what it had is given up.
 */
export const decideTargets = ({ cluster }: ManagerView, job: Job): Decision | null => {
  const known = new Map(job.targets.map((target, index) => [target.worker, { ...target, index }]))
  const add: string[] = []
  const remove: string[] = []
  for (const worker of cluster.workers.values()) {
    const target = known.get(worker.name)
    if (target?.wanted === true) {
      if (!suits(job, worker) || !mayStay(worker, instancesAt(job, target.index))) remove.push(worker.name)
    } else if (isOpen(worker) && suits(job, worker)) add.push(worker.name)
  }
  if (job.targeted === job.version && add.length + remove.length === 0) return null
  const data = {
    job: job.name,
    version: job.version,
    add: add.slice(0, MOST_AT_ONCE),
    remove: remove.slice(0, MOST_AT_ONCE),
  }
  return { draft: { type: 'JobTargeted', data }, expect: job.seq }
}

const suits = ({ spec }: Job, worker: Worker): boolean =>
  spec.tasks.every(({ driver, constraints }) => worker.drivers.includes(driver) && meets(worker, constraints))

const instancesAt = ({ tasks }: Job, index: number): readonly Instance[] =>
  [...tasks.values()].flatMap(({ instances }) => instances.at(index) ?? [])

const mayStay = (worker: Worker, instances: readonly Instance[]): boolean => {
  if (isOpen(worker)) return true
  const isThere = instances.some(({ state }) => isPlaced(state))
  if (worker.state === 'ready' || worker.state === 'suspected') {
    switch (worker.intake) {
      case 'open':
        return true
      case 'cordoned':
        return isThere
      case 'draining':
        return isThere && [...worker.instances].some(({ task }) => task.job.kind !== 'system')
      case 'drained':
        return false
    }
  }
  return isThere
}
