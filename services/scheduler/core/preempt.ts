import {
  type Attempt,
  attemptsOf,
  type Cluster,
  type Decision,
  type Instance,
  idOf,
  instanceOf,
  isPlaced,
  isWanted,
  type Job,
  matesOf,
  mostForOne,
  type Task,
  type Worker,
  whyHeld,
} from '#libs/cluster'
import { addResources, NO_RESOURCES, RESOURCE_NAMES, type Resources, subtractResources } from '#libs/kernel'
import { type Claims, leavingOf } from './claims'
import type { Feasible } from './feasible'
import type { Fleet } from './fleet/fleet'
import { shareOf } from './fleet/numbers'
import { isHeldBack, refOf } from './instances'
import { byTurn, priorityOf, type Queue } from './queue'
import type { Replicas } from './replicas'

/** By how much the priority of a job must be higher for its instances to take the place of another's: Nomad's, too. */
export const MARGIN = 10

/** What it looks at: a part of what the scheduler knows. */
interface Seen {
  readonly cluster: Cluster
  readonly fleet: Fleet
  readonly feasible: Feasible
  readonly replicas: Replicas
  readonly queue: Queue
  readonly claims: Claims
  /** The worker that is kept for one that waits too long. */
  readonly kept: { readonly row: number } | null
}

/** Where room is made, and of whom. */
interface Choice {
  readonly row: number
  /** Empty: it fits once all is gone that is on its way to its end already. */
  readonly victims: readonly Attempt[]
}

/**
 * Makes room for those that have no place though their jobs have a higher priority than what runs, where the cluster
 * allows it (`PolicySet`). Asked once all placements of a batch are decided, so that these do not depend on it.
 *
 * Of the workers that would do, the one is taken whose victims are of the lowest priority, then the fewest. Victims are of
 * other jobs, lower by `MARGIN` at least, and none of them could be left out; a replica whose tasks share a worker goes
 * whole. Nobody is preempted while somewhere what is ending already will leave enough room.
 */
export class Preemption {
  /** Those for whom nothing was found: what has not changed since need not be looked at again. */
  private readonly vain = new Set<Instance>()
  /** Rows of what has changed since: what is placed there may be preempted now. */
  private readonly touched = new Set<number>()

  /** What was looked at may be otherwise: workers, priorities, the switch. */
  forget(): void {
    this.vain.clear()
  }

  /** Where an instance may go is not what it was. */
  recall(instance: Instance): void {
    this.vain.delete(instance)
  }

  /** Something has become of an instance. */
  note({ cluster, fleet }: Pick<Seen, 'cluster' | 'fleet'>, instance: Instance): void {
    if (!cluster.scheduling.preemption) return
    for (const { worker } of attemptsOf(instance)) {
      const row = worker === null ? undefined : fleet.rowOf(worker)
      if (row !== undefined) this.touched.add(row)
    }
  }

  /**
   * @param freed Rows with more room than before.
   * @param most Of so many victims at most.
   */
  decide(view: Seen, freed: readonly number[], most: number): Decision[] {
    const { cluster, queue, claims, replicas } = view
    const changed = new Set([...freed, ...this.touched])
    this.touched.clear()
    if (!cluster.scheduling.preemption) return []
    if (most <= 0) this.forget() // what was freed is not looked at now
    const lowest = lowestPriority(cluster.jobs.values())
    const decisions: Decision[] = []
    const taken = new Set<Attempt>()
    const served = new Set<Instance>()
    const expected = new Expected(replicas)
    for (const [instance, { row }] of claims.rows) expected.add(instance, row)
    for (const instance of [...queue.parkedFirsts(), ...queue.parkedAlone()].sort(byTurn)) {
      if (priorityOf(instance.task.job) - MARGIN < lowest || claims.rowOf(instance) >= 0) continue
      // Whoever of a replica comes first takes all of it along.
      if (replicas.followersOf(instance).some((one) => served.has(one) || claims.rowOf(one) >= 0)) continue
      if (whyHeld(instance.task) !== null || isHeldBack(view.cluster, instance)) continue
      const rows = this.vain.has(instance) ? changed : view.fleet.byRank
      const taboo = expected.besideWhom(instance)
      const choice = bestOf(view, instance, rows, taken, taboo)
      if (choice === null && view.kept === null && taboo.size === 0) this.vain.add(instance)
      if (choice === null || choice.victims.length > most - decisions.length) continue
      this.vain.delete(instance)
      served.add(instance)
      expected.add(instance, choice.row)
      view.fleet.promise(choice.row, replicas.askedBy(instance))
      for (const victim of choice.victims) {
        taken.add(victim)
        decisions.push(preempted(victim, instance, cluster.seq))
      }
    }
    return decisions
  }
}

/** Where others are to come for whom room was made or is kept, of tasks of which no two share a worker. */
class Expected {
  private readonly rows = new Map<Task, Set<number>>()

  constructor(private readonly replicas: Replicas) {}

  add(instance: Instance, row: number): void {
    for (const task of this.apart(instance)) this.rows.set(task, (this.rows.get(task) ?? new Set()).add(row))
  }

  /** The rows where there is to be no room for an instance, or for what comes with it. */
  besideWhom(instance: Instance): ReadonlySet<number> {
    return new Set(this.apart(instance).flatMap((task) => [...(this.rows.get(task) ?? [])]))
  }

  private apart(instance: Instance): readonly Task[] {
    const all = [instance, ...this.replicas.followersOf(instance)]
    return all.flatMap(({ task }) => (task.spec.distinctWorkers === true ? [task] : []))
  }
}

/** Of all jobs of which anything may run. */
const lowestPriority = (jobs: Iterable<Job>): number => {
  let lowest = Number.POSITIVE_INFINITY
  for (const job of jobs) if (job.state === 'running') lowest = Math.min(lowest, priorityOf(job))
  return lowest
}

/** The best of some rows but the `taboo` ones; null: on none would it help. */
const bestOf = (
  view: Seen,
  instance: Instance,
  rows: Iterable<number>,
  taken: ReadonlySet<Attempt>,
  taboo: ReadonlySet<number>,
): Choice | null => {
  const { fleet, feasible, kept } = view
  const admits = feasible.admits(instance)
  let best: Choice | null = null
  for (const row of rows) {
    const worker = fleet.workers[row]
    if (worker === undefined || !fleet.open[row] || row === kept?.row || taboo.has(row) || !admits(row)) continue
    const victims = victimsOn(view, row, worker, instance, taken)
    if (victims?.length === 0) return { row, victims }
    if (victims !== null && (best === null || isBetter(victims, best.victims))) best = { row, victims }
  }
  return best
}

/** By the highest priority among them, then by how many they are. Of equals the first in the order of ties stays. */
const isBetter = (victims: readonly Attempt[], others: readonly Attempt[]): boolean => {
  const [mine, theirs] = [highestOf(victims), highestOf(others)]
  return mine === theirs ? victims.length < others.length : mine < theirs
}

const highestOf = (victims: readonly Attempt[]): number => Math.max(...victims.map(({ task }) => priorityOf(task.job)))

/** Those on a worker who would have to go for an instance to fit; null: it would not, whoever went. */
const victimsOn = (
  view: Seen,
  row: number,
  worker: Worker,
  instance: Instance,
  taken: ReadonlySet<Attempt>,
): readonly Attempt[] | null => {
  const { fleet, replicas } = view
  const asked = replicas.askedBy(instance)
  if (RESOURCE_NAMES.some((name) => asked[name] > mostForOne(worker, name))) return null // whoever went
  let free: Resources = leavingOf(worker)
  for (const victim of taken) if (worker.instances.has(victim)) free = addResources(free, victim.spec.resources)
  const fits = (leaving: Resources): boolean => fleet.willHaveRoom(row, asked, leaving)
  if (fits(free)) return []
  const chosen: Party[] = []
  for (const party of inOrder(view, worker, instance.task.job, asked).filter(({ first }) => !taken.has(first))) {
    free = addResources(free, party.held)
    chosen.push(party)
    if (fits(free)) return withoutNeedless(chosen, free, fits).flatMap(({ attempts }) => attempts)
  }
  return null
}

/** Who goes together: an attempt by itself, or all of a replica whose tasks share a worker. */
interface Party {
  readonly first: Attempt
  readonly attempts: readonly Attempt[]
  readonly held: Resources
}

/** Who may be preempted: the lowest priority first, of one priority who gives most of what is asked for, then the youngest. */
const inOrder = (view: Seen, worker: Worker, job: Job, asked: Resources): readonly Party[] => {
  const most = priorityOf(job) - MARGIN
  const gives = ({ held }: Party): number =>
    RESOURCE_NAMES.reduce((sum, name) => sum + Math.min(1, shareOf(held[name], asked[name])), 0)
  return [...worker.instances]
    .filter((attempt) => priorityOf(attempt.task.job) <= most && attempt.task.job !== job)
    .flatMap((attempt) => partyOf(view, worker, attempt) ?? [])
    .sort(
      (a, b) =>
        priorityOf(a.first.task.job) - priorityOf(b.first.task.job) ||
        gives(b) - gives(a) ||
        b.first.placedSeq - a.first.placedSeq,
    )
}

/** The attempt with those that go with it; null: it may not go, or goes with another one. */
const partyOf = (view: Seen, worker: Worker, attempt: Attempt): Party | null => {
  const mates = matesOf(attempt).filter(
    ({ state, worker: at }) => isPlaced(state) && state !== 'stopping' && at === worker.name,
  )
  const attempts = [attempt, ...mates]
  const goesWithOther = mates.some((mate) => mate.placedSeq > attempt.placedSeq)
  if (goesWithOther || !attempts.every((one) => mayGo(view, one))) return null
  const held = attempts.reduce((sum, { spec }) => addResources(sum, spec.resources), NO_RESOURCES)
  return { first: attempt, attempts, held }
}

/** Neither on its way to its end, nor one of two of its instance while that is replaced. */
const mayGo = (view: Seen, attempt: Attempt): boolean => {
  const instance = instanceOf(attempt)
  return (
    instance === attempt &&
    instance.retiring === null &&
    attempt.state !== 'stopping' &&
    isWanted(attempt) &&
    !isHeldBack(view.cluster, instance)
  )
}

/** Leaves out, those of the highest priority first, who is not needed. */
const withoutNeedless = (
  chosen: readonly Party[],
  freed: Resources,
  fits: (free: Resources) => boolean,
): readonly Party[] => {
  let free = freed
  const needed = [...chosen]
  for (const party of [...chosen].reverse()) {
    const less = subtractResources(free, party.held)
    if (!fits(less)) continue
    free = less
    needed.splice(needed.indexOf(party), 1)
  }
  return needed
}

const preempted = (victim: Attempt, by: Instance, asOf: number): Decision => {
  const [priority, over] = [priorityOf(by.task.job), priorityOf(victim.task.job)]
  const data = {
    ...refOf(victim),
    worker: victim.worker ?? '_',
    attempt: victim.attempt,
    placement: victim.placedSeq,
    priority: over,
    by: { ...refOf(by), priority },
    asOf,
    reason: `makes room for ${idOf(by)}, of priority ${priority} over ${over}`,
  }
  return { draft: { type: 'TaskPreempted', data }, expect: instanceOf(victim).seq }
}
