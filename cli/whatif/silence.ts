import type { Core } from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import type { ManagerView } from '../../services/manager/core'

/** How often the manager looks at silent workers, where there are any; milliseconds. */
const LOOK_EVERY_MS = 500
/** And at most so seldom, the longer nothing has come of it: what is lost at last is so by a twentieth too late. */
const LOOK_AT_LEAST_EVERY_MS = 10_000
const LATE = 1 / 20

/**
 * What the manager of a branch hears of workers, whose heartbeats no log has: those that are there are heard whenever it
 * looks, and it looks only while others that have something are not. Times in milliseconds since 1970, for both its clocks.
 */
export class Silence {
  /** When it is next looked. */
  private lookAt = 0
  /** Since when nothing has happened. */
  private quietSince = 0

  constructor(
    private readonly manager: Core<ManagerView>,
    private readonly view: ManagerView,
  ) {}

  get nextAt(): number {
    return this.lookAt
  }

  /** Settles whether the manager, which decides now, looks at silent workers; tells it. */
  begin(now: number): boolean {
    const looks = now >= this.lookAt && this.isAnyoneAbsent(now)
    if (now >= this.lookAt) this.lookAt = Number.POSITIVE_INFINITY
    this.view.nextLivenessAt = looks ? now : Number.POSITIVE_INFINITY
    return looks
  }

  /** It has looked, and decided on what it saw. */
  end(now: number): void {
    const { nextLivenessAt } = this.view
    const ms = Math.round((now - this.quietSince) * LATE)
    const isMoreLost = nextLivenessAt < now + LOOK_EVERY_MS // than is decided at once
    this.lookAt = isMoreLost ? nextLivenessAt : now + Math.min(Math.max(ms, LOOK_EVERY_MS), LOOK_AT_LEAST_EVERY_MS)
  }

  /** A worker may have fallen silent, or be heard again. */
  note(now: number): void {
    this.quietSince = now
    this.lookAt = now
  }

  /** @param at When the worker was heard, now or before. */
  hear(worker: string, at: number, now: number): void {
    const known = this.view.heard.get(worker)
    if (known?.alive === true) {
      known.at = at // as nearly always: 5,000 workers may be heard every half a second of an hour
      return
    }
    const nothing = { capacity: NO_RESOURCES, reserved: NO_RESOURCES, used: NO_RESOURCES, containers: [], troubles: [] }
    const draft: Draft = { type: 'WorkerHeartbeat', data: { worker, seq: 0, ...nothing } }
    const beat = stamp(draft, { id: '', source: `worker/${worker}`, time: now })
    this.manager.hear(this.view, beat, { wall: now, mono: at })
  }

  /** Whether workers are silent that have something; then all others were heard just now. */
  private isAnyoneAbsent(now: number): boolean {
    const workers = [...this.view.cluster.workers.values()]
    if (workers.every(({ state, instances }) => state === 'ready' || instances.size === 0)) return false
    for (const { name, state } of workers) if (state === 'ready') this.hear(name, now, now)
    return true
  }
}
