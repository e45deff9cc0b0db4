import * as E from 'fp-ts/Either'
import { ulid } from 'ulid'
import type { Cluster, LedRole, Now } from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'
import type { Connection } from '#libs/log'
import { DEFAULT_LEASE, type LeaseSettings, type LeaseView, leaseQuestion, leaseSubject, nextLeaseStep } from './lease'
import type { Logger } from './logger'

export interface LeadershipOptions {
  readonly connection: Connection
  readonly role: LedRole
  readonly name: string
  readonly cluster: Cluster
  readonly now: () => Now
  readonly logger: Logger
  /** Waits until the fold has come to a sequence. */
  readonly foldedUpTo: (seq: number) => Promise<void>
  /** Called once for each time this process becomes the leader. */
  readonly onElected: () => void
  readonly settings?: LeaseSettings
}

/** Holds, or waits for, the lease of a role. */
export class Leadership {
  private readonly lease: LeaseView
  private readonly settings: LeaseSettings
  private timer: NodeJS.Timeout | undefined
  private stepping = false
  private connected = true
  private readonly renewals: { stop(): void }
  private answering: { stop(): Promise<void> } | undefined

  constructor(private readonly options: LeadershipOptions) {
    this.settings = options.settings ?? DEFAULT_LEASE
    // Nobody was heard yet: ask at once rather than wait for a silence to grow.
    this.lease = { epoch: null, heardAt: options.now().mono - this.settings.askAfterMs, renewedAt: 0 }
    const { connection, role } = options
    this.renewals = connection.bus.subscribe(leaseSubject(connection.prefix, role), (message) =>
      this.onRenewal(message),
    )
    connection.onStatus((connected) => this.onStatus(connected))
  }

  /** The epoch to decide under; null when this process is not the leader, as far as its own fold goes. */
  get epoch(): number | null {
    const { epoch } = this.lease
    return epoch !== null && this.options.cluster.leaders[this.options.role].epoch === epoch ? epoch : null
  }

  start(): void {
    this.timer = setInterval(() => void this.step(), this.settings.renewEveryMs / 2)
    void this.step()
  }

  /** To be called when the fold has moved on: a newer election ends this one. */
  onFolded(): void {
    if (
      this.lease.epoch !== null &&
      this.epoch === null &&
      this.options.cluster.leaders[this.options.role].epoch > this.lease.epoch
    ) {
      const successor = this.options.cluster.leaders[this.options.role].holder
      this.options.logger.warn({ epoch: this.lease.epoch, successor }, 'succeeded by another leader')
      this.standBy()
    }
  }

  /** Gives the lease back, so that a stand-by need not wait for the silence. */
  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.renewals.stop()
    await this.answering?.stop()
    const { connection, role, name } = this.options
    if (this.epoch !== null) connection.bus.publish(leaseSubject(connection.prefix, role), { holder: name, epoch: 0 })
    this.lease.epoch = null
  }

  private standBy(): void {
    this.lease.epoch = null
    this.lease.heardAt = this.options.now().mono
    void this.answering?.stop()
    this.answering = undefined
  }

  private onRenewal(message: unknown): void {
    const { holder, epoch } = message as { holder?: unknown; epoch?: unknown }
    if (typeof holder !== 'string' || typeof epoch !== 'number') return
    const resigned = epoch === 0
    const { mono } = this.options.now()
    this.lease.heardAt = resigned ? mono - this.settings.takeAfterMs : mono
    if (resigned && this.lease.epoch === null) void this.step()
  }

  /** While the log cannot be reached the lease's clock stands still: an election of the servers churns no leaders. */
  private onStatus(connected: boolean): void {
    if (connected && !this.connected) this.lease.heardAt = this.options.now().mono
    this.connected = connected
  }

  private async step(): Promise<void> {
    if (this.stepping || !this.connected) return
    this.stepping = true
    try {
      switch (nextLeaseStep(this.lease, this.options.now(), this.settings)) {
        case 'renew':
          return this.renew()
        case 'ask':
          return await this.ask()
        case 'campaign':
          return await this.campaign()
        case 'wait':
          return
      }
    } catch (cause) {
      this.options.logger.warn({ cause }, 'could not attend to the lease, trying again')
    } finally {
      this.stepping = false
    }
  }

  private renew(): void {
    const { connection, role, name, now } = this.options
    connection.bus.publish(leaseSubject(connection.prefix, role), { holder: name, epoch: this.lease.epoch })
    this.lease.renewedAt = now().mono
  }

  private async ask(): Promise<void> {
    const { connection, role } = this.options
    const answer = await connection.bus.request(leaseQuestion(connection.prefix, role), {}, this.settings.renewEveryMs)
    if (E.isRight(answer)) this.lease.heardAt = this.options.now().mono
    else if (answer.left.tag === 'NoResponders') await this.campaign()
  }

  private async campaign(): Promise<void> {
    const { connection, role, name, cluster, now, logger } = this.options
    await this.options.foldedUpTo(await connection.log.lastSeq())
    const epoch = cluster.leaders[role].epoch + 1
    const draft: Draft = { type: 'LeaderElected', data: { role, holder: name, epoch } }
    const event = stamp(draft, { id: ulid(), source: `${role}/${name}`, time: now().wall })
    const [result] = await connection.log.append([{ event, expect: cluster.leaders[role].seq }])
    this.lease.heardAt = now().mono
    if (result?.tag === 'Refused') logger.error({ error: result.error }, 'the log refused an election')
    if (result?.tag !== 'Stored') return
    await this.options.foldedUpTo(result.seq)
    if (cluster.leaders[role].epoch !== epoch) return
    this.lease.epoch = epoch
    this.answering = await connection.bus.serve({
      name: `ork-${role}-lease`,
      version: '1.0.0',
      description: `answers while ${role}/${name} leads`,
      endpoints: [
        {
          name: 'who',
          subject: leaseQuestion(connection.prefix, role),
          handle: async () => E.right({ holder: name, epoch }),
        },
      ],
    })
    this.renew()
    logger.info({ epoch }, 'leading')
    this.options.onElected()
  }
}
