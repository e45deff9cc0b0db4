import { type Core, type Decision, describeReasons, type Instance, idOf, targetOf, type Verdict } from '#libs/cluster'
import type { Resources } from '#libs/kernel'
import type { PlacementPolicy } from '#libs/spec'
import type { Reason } from './filters'
import { hash } from './fleet/ties'
import { isHeldBack, refOf } from './instances'
import { Keeper } from './keep'
import type { Admits, Lot } from './pick'
import type { Preference } from './preferences'
import { reasonsOf } from './survey'
import { evolveView, forgetPromises, hear, reconsider, type SchedulerView, viewOf } from './view'

/** How much is decided at once; what is left over is decided when that is folded, so that nothing is held up. */
export interface Batch {
  /** They all see the cluster as of one sequence, plus one another. */
  readonly decisions: number
  /** Workers looked at one by one, to say why there is no place. */
  readonly looks: number
}

const BATCH: Batch = { decisions: 1_000, looks: 100_000 }

/** The scheduler's core: where what should run runs. */
export const schedulerCore = (batch: Batch = BATCH): Core<SchedulerView> => ({
  initial: viewOf,
  evolve: evolveView,
  hear,
  lead: reconsider,
  reconsider,
  decide: (view, now) => decide(view, now.mono, batch),
})

const decide = (view: SchedulerView, mono: number, batch: Batch): Verdict => {
  const freed = settle(view)
  const decisions: Decision[] = []
  const deciding = new Deciding(view)
  while (decisions.length < batch.decisions && deciding.looks < batch.looks) {
    const instance = deciding.next()
    if (instance === undefined) break
    const decision = deciding.place(instance)
    if (decision !== null) decisions.push(decision)
  }
  decisions.push(...view.preemption.decide(view, freed, batch.decisions - decisions.length))
  return { decisions, wakeAt: view.queue.busy ? mono : null }
}

/**
 * What was promised is in the log by now, or never will be; and where there is room since, who waits for it is called.
 * Returns the rows where that is so.
 */
export const settle = (view: SchedulerView): readonly number[] => {
  const { fleet, queue, claims, cluster } = view
  if (view.decidedAt === cluster.seq) return []
  view.decidedAt = cluster.seq
  forgetPromises(view)
  queue.settle()
  const freed = [...fleet.freed]
  fleet.freed.clear()
  queue.wake((asked) => freed.some((row) => fleet.hasRoom(row, asked)))
  claims.keep()
  if (claims.takeFreedVolumes()) {
    queue.wakeAll()
    view.preemption.forget()
  }
  view.kept = null
  return freed
}

/** The policy by which an instance is placed: its job's, or the cluster's. */
export const policyFor = ({ cluster }: SchedulerView, { task }: Instance): PlacementPolicy =>
  task.job.spec.placement?.policy ?? cluster.scheduling.policy

/** One batch in the making. */
export class Deciding {
  /** Workers that were looked at one by one. */
  looks = 0
  private placed = 0
  private readonly keeper: Keeper

  constructor(private readonly view: SchedulerView) {
    this.keeper = new Keeper(view)
  }

  /** Whose turn it is. Those that are held back have theirs when they are told of again, being so no longer. */
  next(): Instance | undefined {
    const { queue } = this.view
    for (;;) {
      const instance = queue.next()
      if (instance === undefined || !isHeldBack(this.view.cluster, instance)) return instance
      queue.take(instance)
    }
  }

  place(instance: Instance): Decision | null {
    const { view } = this
    const known = view.queue.reasonsFor(instance)
    if (known !== undefined) return this.refuse(instance, known)
    const policy = policyFor(view, instance)
    const row = view.claims.without(instance, () => this.pick(instance, policy))
    if (row >= 0) return this.schedule(instance, policy, row)
    const said = view.queue.saidOf(instance)
    if (said !== undefined) return this.refuse(instance, said)
    this.looks += view.fleet.size
    return this.refuse(
      instance,
      view.claims.without(instance, () => reasonsOf(view, instance)),
    )
  }

  /** Settles which worker, if any, is kept for another one when this instance has its turn. */
  keepFor(instance: Instance): void {
    this.keeper.before(instance)
  }

  private pick(instance: Instance, policy: PlacementPolicy): number {
    const { feasible, picker, preferences, claims, replicas, cluster, fleet } = this.view
    const admits = feasible.admits(instance)
    const kept = this.keeper.before(instance)
    const lot: Lot = {
      turn: cluster.scheduling.placements + this.placed,
      seed: () => hash(`${idOf(instance)} ${instance.attempt + 1}`, cluster.scheduling.seed ?? 0),
    }
    const claimed = claims.rowOf(instance)
    const allowed = kept === null ? admits : (row: number) => (row !== kept.row || row === claimed) && admits(row)
    const resources = replicas.askedBy(instance)
    const only = targetOf(instance) ?? replicas.homeOf(instance)
    if (only !== null) {
      const row = fleet.rowOf(only) ?? -1
      return row >= 0 && fleet.hasRoom(row, resources) && allowed(row) ? row : -1
    }
    if (claimed >= 0 && fleet.hasRoom(claimed, resources) && allowed(claimed)) return claimed
    const { aim, avoids } = instance
    const aimed = aim === null || avoids.includes(aim) ? undefined : fleet.rowOf(aim)
    if (aimed !== undefined && fleet.hasRoom(aimed, resources) && allowed(aimed)) return aimed
    const preference = preferences.of(instance)
    if (preference === null) return picker.pick(policy, resources, lot, allowed)
    const most = this.mostPoints(preference, resources, allowed)
    return picker.pick(policy, resources, lot, (row) => preference.points(row) === most && allowed(row))
  }

  /** The most points that any worker has that could take the request. */
  private mostPoints({ points }: Preference, resources: Resources, allowed: Admits): number {
    const { fleet } = this.view
    let most = Number.NEGATIVE_INFINITY
    for (let row = 0; row < fleet.size; row += 1) {
      if (fleet.hasRoom(row, resources) && points(row) > most && allowed(row)) most = points(row)
    }
    return most
  }

  private schedule(instance: Instance, policy: PlacementPolicy, row: number): Decision {
    const { cluster, fleet, tenants, replicas, feasible, queue, claims } = this.view
    const worker = fleet.workers[row]?.name ?? ''
    const followers = replicas.followersOf(instance)
    queue.take(instance)
    claims.end(instance)
    queue.promise(instance.task)
    fleet.promise(row, instance.task.spec.resources)
    tenants.promise(row, instance)
    replicas.promise(instance, worker)
    const ports = feasible.promise(row, instance)
    claims.keepFor(followers, row)
    this.placed += 1
    const { task, index } = instance
    // Spelled out: each field behind a spread one costs Node microseconds, and of these there may be a million.
    const data = {
      job: task.job.name,
      task: task.name,
      index,
      worker,
      attempt: instance.attempt + 1,
      version: task.job.version,
      policy,
      asOf: cluster.seq,
      ports,
    }
    return { draft: { type: 'TaskScheduled', data }, expect: instance.seq }
  }

  /**
   * Nothing more is tried until there is room, for all who need the same, or for the one instance that workers have
   * turned down. Said once for each reason, on the first that found no place.
   */
  private refuse(instance: Instance, reasons: readonly Reason[]): Decision | null {
    const { cluster, queue } = this.view
    const { task } = instance
    queue.park(instance, reasons, this.view.kept !== null)
    this.keeper.waits(instance)
    if (instance.reason === describeReasons(reasons)) return null
    const data = {
      ...refOf(instance),
      version: task.job.version,
      asOf: cluster.seq,
      pending: task.counts.pending,
      reasons: [...reasons],
    }
    return { draft: { type: 'TaskUnplaceable', data }, expect: instance.seq }
  }
}
