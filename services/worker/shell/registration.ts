import * as E from 'fp-ts/Either'
import type { Driver } from '#libs/drivers'
import { type OrkEvent, type Stamp, stamp } from '#libs/events'
import { type Machine, within } from '#libs/runtime'
import { inContact, type WorkerView } from '../core'
import { takeName } from './name'
import { registrationOf, type WorkerOptions } from './options'

/** How long each engine has to say which it is; a start waits for that. */
const IDENTITY_MS = 2_000
/** How long until the log has brought what had come between. */
const AGAIN_MS = 1_000

interface Registering {
  readonly worker: WorkerOptions
  readonly view: WorkerView
  readonly machine: Machine
  /** Who says it, and when. */
  readonly by: () => Stamp
  readonly isOver: () => boolean
}

/**
 * What the log is told of this worker: at its start and its end, and anew once an engine that was silent then has said which it is,
 * as host ports are kept apart by that.
 */
export class Registration {
  private busy = false
  /** Whether the log has yet to hear which engine there is. */
  private isBehind = false

  constructor(private readonly about: Registering) {}

  /** Takes the worker's name; an engine that does not answer in time is left out. */
  async take(): Promise<void> {
    const { worker, view, machine, isOver } = this.about
    view.identities = await this.identitiesOf(worker.drivers)
    const taken = (sentAt: number): void => inContact(view, sentAt)
    await takeName(this.next(), worker, machine, { isOver, taken })
  }

  /** It goes in order. Rejects where the connection is closed before the log has heard of it. */
  async leave(): Promise<void> {
    const { worker, by } = this.about
    const event = stamp({ type: 'WorkerLeft', data: { worker: worker.name } }, by())
    await worker.connection.log.append([{ event }])
  }

  /** Adds what was left out, as far as it is known now; to be called whenever an engine answers. */
  async complete(): Promise<void> {
    const { worker, view } = this.about
    const missing = worker.drivers.filter(({ name }) => this.isMissing(name))
    if (this.busy || !view.registered || (missing.length === 0 && !this.isBehind)) return
    this.busy = true
    const found = await this.identitiesOf(missing)
    view.identities = { ...view.identities, ...found }
    this.isBehind ||= Object.keys(found).length > 0
    if (this.isBehind) await this.tellAnew()
    this.busy = false
  }

  private isMissing(name: Driver['name']): boolean {
    const { view } = this.about
    return view.identities[name] === undefined && view.engines.get(name)?.state === 'listed'
  }

  /**
   * Only on top of all that the log has of this worker: another process may have taken the name by now, and must not be
   * told that it was succeeded by the very one that it has succeeded.
   */
  private async tellAnew(): Promise<void> {
    const { worker, view, machine, isOver } = this.about
    const own = view.cluster.workers.get(view.name)
    if (own?.state !== 'ready' || view.successor !== null || isOver()) return
    const { seq } = own
    // However long nothing was told of this worker: who has missed anything of his part that is archived by now is told, and ends.
    const item = { event: this.next(), expect: seq, asOf: Number.POSITIVE_INFINITY }
    const [result] = await worker.connection.log.append([item]).catch(() => []) // closed: it is over
    if (result?.tag === 'Stored') this.isBehind = false
    if (result?.tag === 'Conflict') machine.after(AGAIN_MS, () => (own.seq === seq ? undefined : void this.complete()))
  }

  private next(): OrkEvent {
    const { worker, view, by } = this.about
    const event = stamp(registrationOf(worker, view.identities), by())
    view.registration = event.id
    return event
  }

  private async identitiesOf(drivers: readonly Driver[]): Promise<Record<string, string>> {
    const asked = drivers.map(async (driver) => {
      const identity = await within(this.about.machine, IDENTITY_MS, driver.identity())
      return identity === null || E.isLeft(identity) ? [] : [[driver.name, identity.right] as const]
    })
    return Object.fromEntries((await Promise.all(asked)).flat())
  }
}
