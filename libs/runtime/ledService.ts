import type * as E from 'fp-ts/Either'
import { type Cluster, type Core, type Decision, emptyCluster, type LedRole, type Now } from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'
import type { OrkError } from '#libs/kernel'
import type { Append, AppendResult, Connection, Following } from '#libs/log'
import type { SnapshotKeeper } from '#libs/snapshots'
import { Alarm } from './alarm'
import { type Command, Commands } from './commands'
import { FoldedUpTo } from './folded'
import { Leadership } from './leadership'
import type { LeaseSettings } from './lease'
import type { Logger } from './logger'
import { LogWatch } from './logWatch'
import { type Machine, theMachine, within } from './machine'

export interface LedServiceOptions<View extends { readonly cluster: Cluster }> {
  readonly connection: Connection
  readonly role: LedRole
  readonly name: string
  readonly version: string
  readonly core: Core<View>
  readonly logger: Logger
  readonly machine?: Machine
  readonly lease?: LeaseSettings
  /** What to begin with instead of the log's first event. */
  readonly cluster?: Cluster
  /** Takes snapshots of what is folded here, while this service leads. */
  readonly snapshots?: Pick<SnapshotKeeper, 'reached' | 'last'>
}

const RETRY_AFTER_REFUSAL_MS = 1_000
/** How long `stop` waits for what is under way; without a connection it would never end. */
const STOP_GRACE_MS = 2_000
/** How long the last snapshot may take: without it the next start takes longer, and nothing else. */
const SNAPSHOT_GRACE_MS = 10_000

/**
 * Drives the core of a role that acts alone: folds the log, and while it leads, decides, appends and waits until its
 * own events have come back before it decides again. So every decision is made on a view that holds all earlier ones,
 * and is a function of that view: the same log gives the same decisions. A stand-by folds too, and is ready at once.
 */
export class LedService<View extends { readonly cluster: Cluster }> {
  readonly view: View
  private readonly startedAt: number
  private readonly machine: Machine
  private readonly folded = new FoldedUpTo()
  private readonly watch: LogWatch
  private readonly commands: Commands
  private readonly leadership: Leadership
  /** Resolves, if ever, with why this service cannot go on: it is to be started again. */
  readonly ended: Promise<OrkError>
  private end: (why: OrkError) => void = () => {}
  private broken = false
  private following: Following | undefined
  private hearing: { stop(): void } | undefined
  private readonly alarm: Alarm
  private deciding = false
  private running: Promise<void> = Promise.resolve()
  private again = false
  private connected = true
  private stopped = false

  constructor(private readonly options: LedServiceOptions<View>) {
    this.machine = options.machine ?? theMachine
    this.ended = new Promise((resolve) => {
      this.end = resolve
    })
    this.startedAt = this.machine.now().mono
    this.alarm = new Alarm(this.machine, () => this.wake())
    this.view = options.core.initial(options.cluster ?? emptyCluster())
    const foldedUpTo = (seq: number): Promise<void> => this.folded.until(seq)
    this.watch = new LogWatch({
      log: options.connection.log,
      machine: this.machine,
      logger: options.logger,
      folded: () => this.view.cluster.seq,
      foldedUpTo,
    })
    this.commands = new Commands({
      cluster: this.view.cluster,
      look: () => this.watch.look(),
      foldedUpTo,
      write: async (decision, by) => (await this.write([decision], by))[0],
    })
    this.leadership = new Leadership({
      connection: options.connection,
      role: options.role,
      name: options.name,
      cluster: this.view.cluster,
      machine: this.machine,
      logger: options.logger,
      foldedUpTo,
      onElected: () => {
        options.core.lead(this.view, this.now())
        this.wake()
      },
      ...(options.lease === undefined ? {} : { settings: options.lease }),
    })
  }

  /** The monotonic clock of this service's machine, and the wall clock of the servers, or of this machine before that is known. */
  now(): Now {
    const now = this.machine.now()
    return { mono: now.mono, wall: this.watch.wallAt(now.mono) ?? now.wall }
  }

  get leading(): boolean {
    return this.leadership.epoch !== null
  }

  /** What `status` says of this service. */
  report(): { readonly version: string; readonly leading: boolean; readonly uptimeMs: number } {
    const uptimeMs = Math.round(this.now().mono - this.startedAt)
    return { version: this.options.version, leading: this.leading, uptimeMs }
  }

  /** Resolves when the view has caught up with the log; from then on the service acts. */
  async start(): Promise<void> {
    const { connection, core } = this.options
    connection.onStatus((connected) => this.onStatus(connected))
    this.hearing = connection.log.followHeartbeats((event) => core.hear(this.view, event, this.now()))
    this.folded.reached(this.view.cluster.seq)
    this.following = connection.log.follow({
      from: this.view.cluster.seq + 1,
      onEntries: (entries) => {
        for (const entry of entries) core.evolve(this.view, entry)
        this.folded.reached(this.view.cluster.seq)
        this.leadership.onFolded()
        if (this.leading) this.options.snapshots?.reached(this.view.cluster.seq)
        this.wake()
      },
    })
    void this.following.broken.then((why) => this.giveUp(why))
    await this.following.caughtUp
    if (this.stopped) return
    await this.register()
    this.leadership.start()
  }

  /** What it knows is no longer what the log says: it decides nothing more, and is to be started again. */
  private giveUp(why: OrkError): void {
    if (this.stopped) return
    this.stopped = true
    this.broken = true
    this.options.logger.error({ error: why }, 'the log cannot be followed any further')
    this.end(why)
  }

  /** Ends in order: no decision is begun, the one under way is finished, the lease is given back. */
  async stop(): Promise<void> {
    this.stopped = true
    this.alarm.cancel()
    this.hearing?.stop()
    const { leading } = this
    await within(this.machine, STOP_GRACE_MS, this.leadership.stop(this.running)).catch(() => undefined)
    await this.following?.stop()
    this.folded.end()
    const { snapshots } = this.options
    if (leading && !this.broken && snapshots !== undefined)
      await within(this.machine, SNAPSHOT_GRACE_MS, snapshots.last(this.view.cluster)).catch(() => undefined)
  }

  /** Waits until the view holds all that the log held when it was asked. */
  async catchUp(): Promise<void> {
    await this.folded.until(await this.options.connection.log.lastSeq())
  }

  /**
   * Carries out a command on the newest view: if its aggregate moves in between, it is decided anew. `about` names the
   * aggregate; commands about the same one wait for each other, so that they do not compete. Resolves once the event is
   * stored and folded here, or with the reason why not.
   */
  execute<T>(about: string, command: Command<T>, actor: string | null): Promise<E.Either<OrkError, T>> {
    return this.commands.execute(about, command, actor)
  }

  private async register(): Promise<void> {
    const { role, name, version, connection } = this.options
    const known = this.view.cluster.services.get(`${role}/${name}`)
    if (known?.version === version) return
    const type = role === 'manager' ? 'ManagerRegistered' : 'SchedulerRegistered'
    const [result] = await connection.log.append([{ event: this.stamped({ type, data: { name, version } }, {}) }])
    if (result?.tag === 'Refused') this.options.logger.error({ error: result.error }, 'the log refused to register us')
    if (result?.tag === 'Stored') await this.folded.until(result.seq)
  }

  /** Who is cut off hears nobody: it decides nothing meanwhile, and holds no silence of that time against anyone. */
  private onStatus(connected: boolean): void {
    const isBack = connected && !this.connected
    this.connected = connected
    if (!isBack || this.stopped) return
    this.options.core.lead(this.view, this.now())
    this.wake()
  }

  private wake(): void {
    if (this.stopped) return
    this.again = true
    if (!this.deciding) this.running = this.run()
  }

  private async run(): Promise<void> {
    this.deciding = true
    try {
      while (this.again && this.connected && !this.stopped && this.leading) {
        this.again = false
        await this.decideOnce()
      }
    } catch (cause) {
      if (this.stopped) return
      this.options.logger.error({ cause }, 'deciding failed, trying again')
      this.options.core.reconsider(this.view) // what it had looked at is not done
      this.wakeIn(RETRY_AFTER_REFUSAL_MS)
    } finally {
      this.deciding = false
    }
  }

  private async decideOnce(): Promise<void> {
    const { core, logger } = this.options
    if (!(await this.watch.mayDecide())) return this.wakeIn(RETRY_AFTER_REFUSAL_MS)
    const { epoch } = this.leadership
    if (epoch === null || this.stopped) return // meanwhile: who has stopped hears nothing any more
    const { decisions, wakeAt } = core.decide(this.view, this.now())
    if (decisions.length > 0) {
      const results = await this.write(decisions, { epoch })
      let last = 0
      for (const result of results) {
        if (result.tag === 'Stored') last = Math.max(last, result.seq)
      }
      const refused = results.find((result) => result.tag === 'Refused')
      if (refused?.tag === 'Refused') {
        logger.error({ error: refused.error }, 'the log refused a decision, trying again')
      }
      // Not every conflict is followed by an event to fold: what a decision expected may have been archived meanwhile.
      if (results.some(({ tag }) => tag !== 'Stored')) {
        core.reconsider(this.view)
        this.wakeIn(RETRY_AFTER_REFUSAL_MS)
      }
      await this.folded.until(last)
    }
    if (wakeAt !== null) this.wakeIn(wakeAt - this.now().mono)
  }

  private write(
    decisions: readonly Decision[],
    by: { epoch?: number; actor?: string },
  ): Promise<readonly AppendResult[]> {
    const asOf = this.view.cluster.seq
    const items = decisions.map(({ draft, expect }): Append => ({ event: this.stamped(draft, by), expect, asOf }))
    return this.options.connection.log.append(items)
  }

  private stamped(draft: Draft, by: { epoch?: number; actor?: string }) {
    const { role, name } = this.options
    return stamp(draft, { id: this.machine.newId(), source: `${role}/${name}`, time: this.now().wall, ...by })
  }

  private wakeIn(ms: number): void {
    if (this.stopped) return
    if (ms <= 0) this.wake()
    else this.alarm.ringIn(ms)
  }
}
