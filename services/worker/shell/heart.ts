import * as E from 'fp-ts/Either'
import type { Owner, Usage } from '#libs/drivers'
import { type EventOf, type Stamp, stamp } from '#libs/events'
import { formatBytes, instanceId, NO_RESOURCES } from '#libs/kernel'
import { type Cancel, every, type Machine } from '#libs/runtime'
import { inContact, type WorkerView } from '../core'
import type { Journal } from './journal'
import { Meter } from './meter'
import type { WorkerOptions } from './options'

const HEARTBEAT_MS = 2_000
/** When so many signs of life in a row were not stored, that is said: nobody else can know why. */
const MISSED = 5
/** With less than this a worker's disk is as good as full. */
const LOW_DISK_BYTES = 2 ** 20

interface HeartOptions {
  readonly worker: WorkerOptions
  readonly view: WorkerView
  readonly journal: Journal
  readonly machine: Machine
  readonly owner: Owner
  /** Whether the engines have something better to do than to measure. */
  readonly isBusy: () => boolean
  /** Who says it, and when. */
  readonly by: () => Stamp
}

/** A worker's signs of life: what it uses, what it has, and what is wrong with it. */
export class Heart {
  private readonly meter: Meter<Usage>
  private told: readonly Usage[] | null = null
  private freeBytes = Number.POSITIVE_INFINITY
  private missed = 0
  private end: Cancel | undefined

  constructor(private readonly options: HeartOptions) {
    this.meter = new Meter({
      machine: options.worker.measureUse,
      containers: () => this.usage(),
      isBusy: options.isBusy,
      monotonicMs: () => options.machine.now().mono,
    })
  }

  /** Beats at once, and from then on regularly. */
  start(): void {
    this.beat()
    const everyMs = this.options.worker.heartbeatEveryMs ?? HEARTBEAT_MS
    this.end = every(this.options.machine, everyMs, () => this.beat())
  }

  stop(): void {
    this.end?.()
  }

  private beat(): void {
    const { view, machine, by } = this.options
    const { connection, name, capacity } = this.options.worker
    const worker = view.cluster.workers.get(name)
    const data = {
      worker: name,
      seq: view.cluster.seq,
      capacity,
      reserved: worker?.reserved ?? NO_RESOURCES,
      used: this.meter.machine,
      containers: this.news(),
      troubles: this.troubles(),
    }
    const sentAt = machine.now().mono
    this.tellIfMissed()
    connection.log.beat(stamp({ type: 'WorkerHeartbeat', data }, by()), () => {
      this.missed = 0
      inContact(view, sentAt)
    })
    void this.meter.look()
    void this.lookAtDisk()
  }

  private tellIfMissed(): void {
    const { connection, name, logger } = this.options.worker
    this.missed += 1
    if (this.missed !== MISSED) return
    const subject = `${connection.prefix}.heartbeats.${name}`
    logger.error(
      { subject },
      'the servers store no signs of life of this worker: are they there, and may its login publish on that subject?',
    )
  }

  /** What containers use, if that was measured since it was last told; else null. */
  private news(): EventOf<'WorkerHeartbeat'>['data']['containers'] {
    const { containers } = this.meter
    if (containers === this.told) return null
    this.told = containers
    return containers.map(({ ref, cpuMilli, memoryBytes }) => ({
      instance: instanceId(ref),
      cpuMilli,
      memoryBytes,
    }))
  }

  /** For `ork status`, which asks for the engines itself. */
  private troubles(): string[] {
    const { trouble, isFull } = this.options.journal
    const disk =
      this.freeBytes >= LOW_DISK_BYTES ? [] : [`the disk under its data folder has ${formatBytes(this.freeBytes)} left`]
    const full = isFull
      ? ['its journal is full: it starts nothing until the log takes some of what it has to tell']
      : []
    return [...disk, ...(trouble === null ? [] : [trouble]), ...full]
  }

  /** One that cannot be asked is no trouble by itself: what needs it says so. */
  private async lookAtDisk(): Promise<void> {
    const { measureFree } = this.options.worker
    this.freeBytes = (await measureFree?.().catch(() => undefined)) ?? Number.POSITIVE_INFINITY
  }

  private async usage(): Promise<readonly Usage[]> {
    const { worker, owner } = this.options
    const usages = await Promise.all(worker.drivers.map((driver) => driver.usage(owner)))
    return usages.flatMap((usage) => (E.isRight(usage) ? [...usage.right] : []))
  }
}
