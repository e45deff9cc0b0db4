import { type Attempt, type Instance, idOf, instanceOf, isColocated, isOpen, isOutdated, isWanted } from '#libs/cluster'
import type { Move } from '#libs/events'
import type { PlacementPolicy } from '#libs/spec'
import { policyFor } from './decide'
import { isLarge, TERMS } from './fleet/numbers'
import { POLICIES, type Scored } from './policies'
import { askedShare, tierCost } from './policies/policy'
import { beginAnew, type SchedulerView } from './view'

/** How evenly the workers that take instances are filled: standard deviations of their shares in use. */
export interface Balance {
  readonly cpu: number
  readonly memory: number
  /** How many have any instance. */
  readonly busy: number
}

export interface RebalancePlan {
  readonly policy: PlacementPolicy
  /** In an order in which each finds room once those before it have come to their ends; the largest gains first. */
  readonly moves: readonly Move[]
  /** Whether there were more than may be asked for at once. */
  readonly more: boolean
  readonly before: Balance
  readonly after: Balance
  /** Whether the policy moves anything at all. */
  readonly scores: boolean
}

/** A move that saves less, of what the instance costs where it is, is not worth a restart. */
const LEAST_GAIN = 0.05

/** How often everything is looked at again after what was moved before. */
const MOST_ROUNDS = 50

/**
 * What should run elsewhere, by the score of the cluster's policy. Of everything that may be moved (services that are up,
 * whose job is not being updated, names no policy of its own and is not colocated, without host ports, volumes, devices
 * and preferences of its own), each instance is asked where it would be placed were it not where it is; it moves if that
 * lowers what all workers cost together (`Scored.load`) by more than `LEAST_GAIN` of its part. The sum falls with every
 * move, so it comes to an end, and what is looked at again once all have moved finds nothing more.
 *
 * @param most At most so many moves.
 */
export const planRebalance = (view: SchedulerView, most: number): RebalancePlan => {
  beginAnew(view)
  const { policy } = view.cluster.scheduling
  const chosen = POLICIES[policy]
  const scored = chosen.pick === 'best' ? chosen : chosen.pick === 'sample' ? chosen.by : null
  const before = balanceOf(view)
  const nothing = { policy, moves: [], more: false, before, after: before, scores: false }
  if (scored === null || scored.load === null) return nothing
  const { moves, more } = new Planner(view, scored).plan(most)
  const after = balanceOf(view)
  beginAnew(view)
  return { policy, moves, more, before, after, scores: true }
}

interface Gain {
  readonly to: number
  /** Of what the instance costs where it is. */
  readonly share: number
}

class Planner {
  /** Where everything is that may be moved, as the plan has it so far. */
  private readonly rows = new Map<Instance, number>()
  /** The share that each of the moved has saved, with its last move. */
  private readonly gains = new Map<Instance, number>()

  constructor(
    private readonly view: SchedulerView,
    private readonly policy: Scored,
  ) {
    const { fleet } = view
    for (const [row, worker] of fleet.workers.entries()) {
      for (const attempt of worker.instances) if (isMovable(view, attempt)) this.rows.set(instanceOf(attempt), row)
    }
  }

  plan(most: number): { readonly moves: readonly Move[]; readonly more: boolean } {
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      const found = this.look().filter(({ instance }) => this.gains.has(instance) || this.gains.size < most)
      let moved = 0
      for (const { instance } of found) {
        if (!this.gains.has(instance) && this.gains.size >= most) continue
        if (this.move(instance)) moved += 1
      }
      if (moved === 0) return { moves: this.moves(), more: this.gains.size >= most && this.look().length > 0 }
    }
    return { moves: this.moves(), more: true }
  }

  /** Who would gain, most first. */
  private look(): { readonly instance: Instance; readonly share: number }[] {
    const asked = new Map<string, Gain | null>()
    const found: { instance: Instance; share: number }[] = []
    for (const [instance, row] of this.rows) {
      const { task } = instance
      // Instances of one task on one worker are alike, unless workers have turned one of them down.
      const key = instance.rejectedBy.length > 0 ? idOf(instance) : `${row} ${task.job.name}.${task.name}`
      const known = asked.get(key)
      const gain = known === undefined ? this.gainOf(instance, row) : known
      asked.set(key, gain)
      if (gain !== null) found.push({ instance, share: gain.share })
    }
    return found.sort((a, b) => b.share - a.share || (idOf(a.instance) < idOf(b.instance) ? -1 : 1))
  }

  private move(instance: Instance): boolean {
    const row = this.rows.get(instance)
    const gain = row === undefined ? null : this.gainOf(instance, row)
    if (row === undefined || gain === null) return false
    const { fleet } = this.view
    const { resources } = instance.task.spec
    fleet.retract(row, resources)
    fleet.promise(gain.to, resources)
    this.rows.set(instance, gain.to)
    this.gains.delete(instance) // it comes last
    this.gains.set(instance, gain.share)
    return true
  }

  private gainOf(instance: Instance, row: number): Gain | null {
    const { fleet, feasible, picker } = this.view
    const { resources } = instance.task.spec
    const admits = feasible.admits(instance)
    fleet.retract(row, resources)
    const lot = { turn: 0, seed: () => 0 } // of policies that score neither counts
    const to = picker.pick(this.policy.name, resources, lot, (other) => other !== row && admits(other))
    const here = this.price(instance, row)
    const there = to < 0 ? here : this.price(instance, to)
    fleet.promise(row, resources)
    const share = here > 0 ? (here - there) / here : 0
    return share > LEAST_GAIN ? { to, share } : null
  }

  /** By how much the instance raises what a worker costs. */
  private price(instance: Instance, row: number): number {
    const { fleet } = this.view
    const { load, terms } = this.policy
    const { resources } = instance.task.spec
    const { facts } = fleet
    const { use, capacity, spare } = fleet.numbers(row, false)
    let price = tierCost(this.policy, spare, isLarge(resources, facts))
    for (const [term, name] of TERMS.entries()) {
      if (load === null || name === 'instances' || !terms.includes(name)) continue
      const used = use[term] ?? 0
      price += load(used + askedShare(facts, term, resources, capacity), facts, spare) - load(used, facts, spare)
    }
    return price
  }

  private moves(): readonly Move[] {
    return [...this.gains].flatMap(([instance, share]) => {
      const { task, index, placedSeq, worker } = instance
      const target = this.view.fleet.workers[this.rows.get(instance) ?? -1]?.name
      if (worker === null || target === undefined || target === worker) return []
      const gain = Math.round(share * 1_000)
      return [{ job: task.job.name, task: task.name, index, worker, placement: placedSeq, target, gain }]
    })
  }
}

const isMovable = (view: SchedulerView, attempt: Attempt): boolean => {
  const instance = instanceOf(attempt)
  const { job, spec } = attempt.task
  return (
    instance === attempt &&
    instance.state === 'running' &&
    instance.retiring === null &&
    isWanted(instance) &&
    !isOutdated(instance) &&
    job.kind === 'service' &&
    !isColocated(job) &&
    job.update?.state !== 'running' &&
    job.update?.state !== 'paused' &&
    policyFor(view, instance) === view.cluster.scheduling.policy &&
    spec.ports.every(({ hostPort, hostPortRange }) => hostPort === 0 && hostPortRange === undefined) &&
    (spec.volumes ?? []).length === 0 &&
    [spec.affinities, spec.spread, spec.distinctWorkers].every((rule) => rule === undefined) &&
    Object.keys(spec.resources.devices ?? {}).length === 0
  )
}

const balanceOf = ({ fleet }: SchedulerView): Balance => {
  const rows = fleet.workers.flatMap((worker, row) => (isOpen(worker) ? [row] : []))
  return {
    cpu: deviation(rows.map((row) => fleet.share(row, 0, false))),
    memory: deviation(rows.map((row) => fleet.share(row, 1, false))),
    busy: rows.filter((row) => (fleet.instances[row] ?? 0) > 0).length,
  }
}

const deviation = (shares: readonly number[]): number => {
  const mean = shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length)
  return Math.sqrt(shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / Math.max(1, shares.length))
}
