import {
  type Instance,
  isColocated,
  isPlaced,
  isToCome,
  isWanted,
  type Job,
  matesOf,
  type Port,
  type Worker,
  whyHeld,
} from '#libs/cluster'
import { addResources, NO_RESOURCES, type Resources } from '#libs/kernel'
import type { Feasible } from './feasible'
import type { Fleet } from './fleet/fleet'
import { byTurn, isWaiting, priorityOf } from './queue'
import type { Replicas } from './replicas'
import type { Tenants } from './tenants'

interface Claim {
  readonly row: number
  readonly asked: Resources
  /** What is kept beside room, for the instance and for what comes with it: devices, volumes, and the host ports chosen for each. */
  readonly kept: readonly { readonly instance: Instance; readonly ports: readonly Port[] }[]
}

/**
 * Room that is spoken for: of a worker where instances were preempted it is that of the one they made room for, and where
 * one of a replica is whose tasks share a worker, that of the others; until these have a place. It follows from the log
 * alone, as of where the batch begins, and is kept by promising it.
 */
export class Claims {
  /** Who may have a claim, by what the log tells of instances. */
  private readonly waiting = new Set<Instance>()
  private readonly claims = new Map<Instance, Claim>()
  /** Whose claim is set aside while it looks for a place, and where that is. */
  private aside: { readonly instance: Instance; readonly row: number } | null = null
  /** Whose volumes were kept where they are to come to, since `takeFreedVolumes`. */
  private readonly before = new Set<Instance>()

  constructor(
    private readonly fleet: Fleet,
    private readonly tenants: Tenants,
    private readonly feasible: Feasible,
    private readonly replicas: Replicas,
  ) {}

  /** Takes note of what has become of an instance. */
  note(instance: Instance): void {
    this.noteOne(instance)
    for (const mate of matesOf(instance)) this.noteOne(mate)
  }

  /** Takes note of what has become of a job. */
  noteJob(job: Job): void {
    if (!isColocated(job)) return
    for (const { instances } of job.tasks.values()) for (const one of [...instances.made()]) this.note(one)
  }

  /** Promises were forgotten. */
  forget(): void {
    for (const [one, { kept }] of this.claims) {
      if (kept.some(({ instance }) => hasVolumes(instance))) this.before.add(one)
    }
    this.claims.clear()
  }

  /** Whether a volume that was to be on one worker may now be made on any: nobody else tells of that. */
  takeFreedVolumes(): boolean {
    const isFreed = [...this.before].some((one) => !this.claims.has(one))
    this.before.clear()
    return isFreed
  }

  /** Keeps the room, by priority and turn, where it will do once all has gone that is to go; after promises were forgotten. */
  keep(): void {
    if (this.waiting.size === 0) return
    const ranked = [...this.waiting].map((instance) => ({
      instance,
      priority: priorityOf(instance.task.job),
      follows: Number(this.replicas.homeOf(instance) !== null),
    }))
    // Of one priority, the room of who follows was kept before others were preempted to make any.
    ranked.sort((a, b) => b.priority - a.priority || b.follows - a.follows || byTurn(a.instance, b.instance))
    for (const { instance } of ranked) {
      const row = this.rowFor(instance)
      if (row !== undefined && this.willDo(instance, row)) this.claim(instance, row)
    }
  }

  /** Keeps room on a row for what follows one that was just given a place there. */
  keepFor(followers: readonly Instance[], row: number): void {
    for (const follower of followers) {
      this.end(follower)
      this.claim(follower, row)
    }
  }

  /** For whom room is kept on a row. */
  on(row: number): readonly Instance[] {
    return [...this.claims].flatMap(([instance, claim]) => (claim.row === row ? [instance] : []))
  }

  /** Of each instance for whom room is kept, the row. */
  get rows(): ReadonlyMap<Instance, { readonly row: number }> {
    return this.claims
  }

  /** The row that is kept for an instance; -1: none. */
  rowOf(instance: Instance): number {
    const claim = this.claims.get(instance) ?? (this.aside?.instance === instance ? this.aside : undefined)
    return claim?.row ?? -1
  }

  /** What an instance finds where it has a claim itself: as if the room were free, though known to be its own. */
  without<T>(instance: Instance, find: () => T): T {
    const claim = this.claims.get(instance)
    if (claim === undefined) return find()
    this.end(instance)
    this.aside = { instance, row: claim.row }
    const found = find()
    this.aside = null
    this.claim(instance, claim.row)
    return found
  }

  /** It has a place, and its claim is over. */
  end(instance: Instance): void {
    const claim = this.claims.get(instance)
    if (claim === undefined) return
    this.fleet.retract(claim.row, claim.asked)
    for (const { instance, ports } of claim.kept) this.feasible.retract(claim.row, instance, ports)
    this.claims.delete(instance)
  }

  private noteOne(instance: Instance): void {
    if (instance.awaits !== null || mayFollow(instance)) this.waiting.add(instance)
    else this.waiting.delete(instance)
  }

  private rowFor(instance: Instance): number | undefined {
    const home = this.replicas.homeOf(instance)
    if (home !== null) return isToCome(instance, home) ? this.fleet.rowOf(home) : undefined
    const isNext = instance.awaits !== null && isWaiting(instance) && whyHeld(instance.task) === null
    return isNext ? this.fleet.rowOf(instance.awaits ?? '') : undefined
  }

  private claim(instance: Instance, row: number): void {
    const asked = this.replicas.askedBy(instance)
    this.fleet.promise(row, asked)
    if (this.replicas.homeOf(instance) !== null) this.tenants.expect(row, instance)
    const party = [instance, ...this.replicas.followersOf(instance)]
    const kept = party.map((one) => ({ instance: one, ports: this.feasible.promise(row, one) }))
    this.claims.set(instance, { row, asked, kept })
  }

  private willDo(instance: Instance, row: number): boolean {
    const worker = this.fleet.workers[row]
    if (worker === undefined || !this.fleet.open[row] || !this.feasible.admits(instance)(row)) return false
    return this.fleet.willHaveRoom(row, this.replicas.askedBy(instance), leavingOf(worker))
  }
}

const hasVolumes = ({ task }: Instance): boolean => task.spec.volumes !== undefined

/** Whether one of a replica may have to go to where another one of it is: whether it has to, depends on workers, too. */
const mayFollow = (instance: Instance): boolean => {
  if (!isToCome(instance, null)) return false
  const place = isPlaced(instance.state) ? instance.worker : null
  return matesOf(instance).some(({ worker, state }) => state !== 'pending' && worker !== place)
}

/** What is held on a worker by what is on its way to its end. */
export const leavingOf = ({ instances }: Worker): Resources => {
  let sum = NO_RESOURCES
  for (const attempt of instances) {
    if (attempt.state === 'stopping' || !isWanted(attempt)) sum = addResources(sum, attempt.spec.resources)
  }
  return sum
}
