import * as E from 'fp-ts/Either'
import { type Cluster, findInstance, isWanted } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { parseInstanceId } from '#libs/kernel'
import { type SchedulerView, schedulerCore } from '../../services/scheduler/core'
import { type Branch, placementsOf } from './branch'
import { Tally } from './tally'

/** The course of things as it was recorded, with the decisions of the scheduler made again. */
export class Course {
  readonly tally: Tally
  readonly again = { same: 0, of: 0 }
  private readonly core = schedulerCore()
  private readonly view: SchedulerView
  /** What was decided again, until it is told. */
  private open = new Map<string, string>()

  constructor(
    cluster: Cluster,
    private now: number,
  ) {
    this.view = this.core.initial(cluster)
    this.tally = new Tally(cluster, now)
  }

  fold(entry: Entry, at: number): void {
    this.now = at
    this.core.evolve(this.view, entry)
    const before = this.tally.placements.length
    this.tally.folded(entry, at)
    const placed = this.tally.placements[before]
    if (placed === undefined) return
    this.again.of += 1
    if (this.open.get(placed.instance) === placed.worker) this.again.same += 1
    this.open.delete(placed.instance)
  }

  /** Decides again, here and on the branch, which has come to the same entry. */
  decidesOtherwise(branch: Branch | null): boolean {
    if (this.isAnyUntold()) {
      this.core.reconsider(this.view)
      branch?.reconsider()
    }
    const here = placementsOf(this.core, this.view, this.now)
    this.open = new Map(here)
    if (branch === null) return false
    const there = branch.placements()
    return there.size !== here.size || [...here].some(([instance, worker]) => there.get(instance) !== worker)
  }

  /** What was decided again may never have been written: the instance had moved, or the scheduler died. */
  private isAnyUntold(): boolean {
    for (const id of this.open.keys()) {
      const ref = parseInstanceId(id)
      if (E.isLeft(ref)) continue
      const { job, task, index } = ref.right
      const instance = findInstance(this.view.cluster, job, task, index)
      if (instance?.state === 'pending' && isWanted(instance)) return true
    }
    return false
  }
}
