import * as E from 'fp-ts/Either'
import type { Cluster, LedRole } from '#libs/cluster'
import { type Draft, stamp } from '#libs/events'
import { orkError } from '#libs/kernel'
import type { AppendResult, Connection } from '#libs/log'
import {
  DEFAULT_LEASE,
  isCurrent,
  type LeaseSettings,
  type LeaseView,
  leaseQuestion,
  leaseSubject,
  nextLeaseStep,
  provesSilence,
  type Renewal,
  readRenewal,
} from './lease'
import type { Logger } from './logger'
import { type Cancel, every, type Machine } from './machine'

/** Services that register at the same time get in one another's way, but not for long. */
const MAX_CAMPAIGN_TRIES = 5

export interface LeadershipOptions {
  readonly connection: Connection
  readonly role: LedRole
  readonly name: string
  readonly cluster: Cluster
  readonly machine: Machine
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
  private endSteps: Cancel | undefined
  private stepping: Promise<void> | undefined
  private stopped = false
  private connected = true
  private foldedEpoch = 0
  private readonly renewals: { stop(): void }
  private answering: { stop(): Promise<void> } | undefined

  constructor(private readonly options: LeadershipOptions) {
    this.settings = options.settings ?? DEFAULT_LEASE
    this.lease = { epoch: null, heardAt: 0, renewedAt: 0 }
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
    if (this.stopped) return
    // The elections folded so far are history, and nobody was heard yet: ask at once.
    this.lease.heardAt = this.options.machine.now().mono - this.settings.askAfterMs
    this.endSteps = every(this.options.machine, this.settings.renewEveryMs / 2, () => this.step())
    this.step()
  }

  /** To be called when the fold has moved on: a newer election ends this one. */
  onFolded(): void {
    const leader = this.options.cluster.leaders[this.options.role]
    if (leader.epoch === this.foldedEpoch) return
    this.foldedEpoch = leader.epoch
    // Who has just been elected is there, though it has not yet had the time to say so.
    this.lease.heardAt = this.options.machine.now().mono
    if (this.lease.epoch !== null && leader.epoch > this.lease.epoch) {
      this.options.logger.warn({ epoch: this.lease.epoch, successor: leader.holder }, 'succeeded by another leader')
      this.standBy()
    }
  }

  /**
   * Asks for nothing more, and once `unfinished` is done gives the lease back, so that a stand-by need not wait for
   * the silence.
   */
  async stop(unfinished: Promise<void>): Promise<void> {
    this.stopped = true
    this.endSteps?.()
    this.renewals.stop()
    await Promise.all([unfinished, this.stepping])
    if (this.epoch !== null) this.publish({ holder: this.options.name, epoch: this.epoch, resigned: true })
    this.lease.epoch = null
    await this.endAnswering()
  }

  private standBy(): void {
    this.lease.epoch = null
    this.lease.heardAt = this.options.machine.now().mono
    void this.endAnswering()
  }

  private async endAnswering(): Promise<void> {
    const { answering } = this
    this.answering = undefined
    try {
      await answering?.stop()
    } catch (cause) {
      this.options.logger.debug({ cause }, 'could not withdraw the answer to who leads')
    }
  }

  private publish(renewal: Renewal): void {
    const { connection, role } = this.options
    connection.bus.publish(leaseSubject(connection.prefix, role), renewal)
  }

  private onRenewal(message: unknown): void {
    const renewal = readRenewal(message)
    if (renewal === null || !isCurrent(renewal, this.options.cluster.leaders[this.options.role].epoch)) return
    const { mono } = this.options.machine.now()
    this.lease.heardAt = renewal.resigned ? mono - this.settings.takeAfterMs : mono
    if (renewal.resigned && this.lease.epoch === null) this.step()
  }

  /** While the log cannot be reached the lease's clock stands still: an election of the servers churns no leaders. */
  private onStatus(connected: boolean): void {
    if (connected && !this.connected) this.lease.heardAt = this.options.machine.now().mono
    this.connected = connected
  }

  private step(): void {
    if (this.stopped || this.stepping !== undefined || !this.connected) return
    this.stepping = this.attend()
      .catch((cause: unknown) => {
        if (!this.stopped) this.options.logger.warn({ cause }, 'could not attend to the lease, trying again')
      })
      .finally(() => {
        this.stepping = undefined
      })
  }

  private async attend(): Promise<void> {
    switch (nextLeaseStep(this.lease, this.options.machine.now(), this.settings)) {
      case 'renew':
        return this.renew()
      case 'ask':
        return this.ask()
      case 'campaign':
        return this.campaign(this.options.cluster.leaders[this.options.role].epoch)
      case 'wait':
        return
    }
  }

  private async renew(): Promise<void> {
    const { epoch } = this.lease
    if (epoch === null) return
    this.publish({ holder: this.options.name, epoch, resigned: false })
    this.lease.renewedAt = this.options.machine.now().mono
    if (this.answering === undefined) await this.answer(epoch)
  }

  private async ask(): Promise<void> {
    const { connection, role, cluster, machine } = this.options
    const before = cluster.leaders[role].epoch
    const answer = await connection.bus.request(leaseQuestion(connection.prefix, role), {}, this.settings.renewEveryMs)
    if (E.isLeft(answer)) {
      if (answer.left.tag === 'NoResponders' || answer.left.tag === 'Refused') await this.campaign(before)
      return
    }
    const renewal = readRenewal(answer.right)
    if (renewal !== null && isCurrent(renewal, cluster.leaders[role].epoch)) this.lease.heardAt = machine.now().mono
  }

  /**
   * Stands for election, unless somebody else turns out to have been elected since the epoch was `before`, or the
   * question to the log shows that the silence proves nothing.
   */
  private async campaign(before: number): Promise<void> {
    const { connection, role, cluster, machine, logger } = this.options
    for (let tries = 0; tries < MAX_CAMPAIGN_TRIES && !this.stopped; tries += 1) {
      const askedAt = machine.now().mono
      const lastSeq = await connection.log.lastSeq()
      const answeredAt = machine.now().mono
      await this.options.foldedUpTo(lastSeq)
      const isSilent = provesSilence(this.lease, askedAt, answeredAt, this.settings)
      this.lease.heardAt = machine.now().mono
      if (!isSilent || cluster.leaders[role].epoch !== before) return
      const result = await this.writeElection(before + 1, cluster.leaders[role].seq)
      if (result?.tag === 'Stored') return this.takeOffice(before + 1, result.seq)
      if (result?.tag === 'Refused') return logger.error({ error: result.error }, 'the log refused an election')
    }
  }

  private async writeElection(epoch: number, expect: number): Promise<AppendResult | undefined> {
    const { connection, role, name, cluster, machine } = this.options
    const draft: Draft = { type: 'LeaderElected', data: { role, holder: name, epoch } }
    const event = stamp(draft, { id: machine.newId(), source: `${role}/${name}`, time: machine.now().wall })
    const [result] = await connection.log.append([{ event, expect, asOf: cluster.seq }])
    return result
  }

  private async takeOffice(epoch: number, seq: number): Promise<void> {
    const { role, cluster, logger } = this.options
    await this.options.foldedUpTo(seq)
    if (cluster.leaders[role].epoch !== epoch) return
    this.lease.epoch = epoch
    if (this.stopped) return // `stop` gives it back
    // Before anything is awaited: the core must know that it leads before it is next asked to decide.
    this.options.onElected()
    logger.info({ epoch }, 'leading')
    await this.renew()
  }

  /** Lets candidates ask whether this leader is there, until it is not. */
  private async answer(epoch: number): Promise<void> {
    const { connection, role, name } = this.options
    const answering = await connection.bus.serve({
      name: `ork-${role}-lease`,
      version: '1.0.0',
      description: `answers while ${role}/${name} leads`,
      isListed: false, // it comes and goes with every election
      endpoints: [
        {
          name: 'who',
          subject: leaseQuestion(connection.prefix, role),
          handle: async () =>
            this.epoch === epoch
              ? E.right({ holder: name, epoch, resigned: false })
              : E.left(orkError('NotLeading', `${role}/${name} does not lead any more`)),
        },
      ],
    })
    this.answering = answering
    if (this.lease.epoch !== epoch) await this.endAnswering() // succeeded while it was being set up
  }
}
