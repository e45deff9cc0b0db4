import {
  attemptsOf,
  type Cluster,
  findInstance,
  type Instance,
  idOf,
  isWanted,
  type Job,
  knownInstances,
  type Task,
  type Worker,
} from '#libs/cluster'
import { type Entry, EVENTS, type OrkEvent } from '#libs/events'
import { NO_RESOURCES, type Resources } from '#libs/kernel'
import type { Recorded } from './recording'

/** What a stretch came to. */
export interface Outcome {
  /** Placements made. */
  readonly placed: number
  /** Of these, of instances that were on another worker before. */
  readonly moves: number
  /** How instances stand at the end. */
  readonly running: number
  readonly pending: number
  /** Those that have a place, and have yet to start or to stop there. */
  readonly inBetween: number
  readonly completed: number
  readonly failed: number
  /** Of everything that waited for a place, those that wait still included; milliseconds. */
  readonly waiting: { readonly middle: number; readonly p99: number; readonly longest: number }
  /** Shares of what the workers that were there had: on average, and at the end. */
  readonly use: {
    readonly cpu: number
    readonly memory: number
    readonly cpuAtEnd: number
    readonly memoryAtEnd: number
  }
}

/** Instances, of which more was ever told than that they are wanted, whose state an event may have changed. */
export function* touchedBy(cluster: Cluster, event: OrkEvent): Generator<Instance> {
  const { topic } = EVENTS[event.type]
  if (topic === 'task') {
    const { job, task, index } = event.data as { job: string; task: string; index: number }
    const instance = findInstance(cluster, job, task, index)
    if (instance !== undefined) yield instance
  }
  if (topic !== 'job') return
  const job: Job | undefined = cluster.jobs.get((event.data as { job: string }).job)
  for (const task of job?.tasks.values() ?? []) yield* task.instances.made()
}

interface Means {
  readonly reserved: Resources
  readonly capacity: Resources
}

const NOTHING: Means = { reserved: NO_RESOURCES, capacity: NO_RESOURCES }

/** Counts, as events are folded, what they come to for who waits and for the workers. */
export class Tally {
  readonly placements: Recorded[] = []
  /** Since when those wait for a place of which more was told than that they are wanted. */
  private readonly since = new Map<Instance, number>()
  private readonly waits: number[] = []
  private readonly lastOn = new Map<Instance, string>()
  private readonly means = new Map<Worker, Means>()
  private readonly total = { usedCpu: 0, usedMemory: 0, cpu: 0, memory: 0 }
  private readonly integral = { ms: 0, cpu: 0, memory: 0 }
  private moves = 0

  /** @param now When it begins; milliseconds since 1970. */
  constructor(
    private readonly cluster: Cluster,
    private now: number,
  ) {
    for (const instance of knownInstances(cluster)) {
      this.look(instance)
      for (const { worker } of attemptsOf(instance)) if (worker !== null) this.lastOn.set(instance, worker)
    }
    for (const worker of cluster.workers.values()) this.weigh(worker)
  }

  /** An entry was folded that came at that time. */
  folded({ seq, event }: Entry, at: number): void {
    this.pass(at)
    if (event.type === 'Unreadable') return
    for (const instance of touchedBy(this.cluster, event)) {
      if (event.type === 'TaskScheduled' && instance.placedSeq === seq) this.placed(instance, seq)
      this.look(instance)
    }
    const { worker } = event.data as { worker?: string }
    const known = worker === undefined ? undefined : this.cluster.workers.get(worker)
    if (known !== undefined) this.weigh(known)
  }

  outcome(at: number): Outcome {
    this.pass(at)
    const counts = { running: 0, pending: 0, completed: 0, failed: 0 }
    let inBetween = 0
    for (const task of tasksIn(this.cluster)) {
      for (const state of Object.keys(counts) as (keyof typeof counts)[]) counts[state] += task.counts[state]
      for (const state of ['scheduled', 'starting', 'exited', 'stopping'] as const) inBetween += task.counts[state]
    }
    const waits = [...this.waits, ...this.stillWaiting()].sort((a, b) => a - b)
    const { total, integral } = this
    const upTo = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0
    return {
      placed: this.placements.length,
      moves: this.moves,
      ...counts,
      inBetween,
      waiting: { middle: upTo(0.5), p99: upTo(0.99), longest: waits.at(-1) ?? 0 },
      use: {
        cpu: integral.ms > 0 ? integral.cpu / integral.ms : share(total.usedCpu, total.cpu),
        memory: integral.ms > 0 ? integral.memory / integral.ms : share(total.usedMemory, total.memory),
        cpuAtEnd: share(total.usedCpu, total.cpu),
        memoryAtEnd: share(total.usedMemory, total.memory),
      },
    }
  }

  private placed(instance: Instance, seq: number): void {
    const worker = instance.worker ?? ''
    this.waits.push(Math.max(0, this.now - (this.since.get(instance) ?? submittedAt(instance))))
    this.placements.push({ seq, instance: idOf(instance), worker, at: this.now })
    const before = this.lastOn.get(instance)
    if (before !== undefined && before !== worker) this.moves += 1
    this.lastOn.set(instance, worker)
  }

  private look(instance: Instance): void {
    if (instance.state === 'pending' && isWanted(instance)) this.since.set(instance, instance.since)
    else this.since.delete(instance)
  }

  /** How long those wait that have no place yet. */
  private *stillWaiting(): Generator<number> {
    for (const since of this.since.values()) yield Math.max(0, this.now - since)
    for (const { instances } of tasksIn(this.cluster)) {
      for (const { like, size } of instances.alike) {
        if (like.state !== 'pending' || !isWanted(like)) continue
        for (let n = 0; n < size; n += 1) yield Math.max(0, this.now - like.since)
      }
    }
  }

  private weigh(worker: Worker): void {
    const before = this.means.get(worker) ?? NOTHING
    const isThere = worker.state === 'ready' || worker.state === 'suspected'
    const after: Means = isThere ? { reserved: worker.reserved, capacity: worker.capacity } : NOTHING
    this.means.set(worker, after)
    const { total } = this
    total.usedCpu += after.reserved.cpuMilli - before.reserved.cpuMilli
    total.usedMemory += after.reserved.memoryBytes - before.reserved.memoryBytes
    total.cpu += after.capacity.cpuMilli - before.capacity.cpuMilli
    total.memory += after.capacity.memoryBytes - before.capacity.memoryBytes
  }

  private pass(at: number): void {
    const ms = at - this.now
    if (ms <= 0) return
    const { total, integral } = this
    integral.ms += ms
    integral.cpu += ms * share(total.usedCpu, total.cpu)
    integral.memory += ms * share(total.usedMemory, total.memory)
    this.now = at
  }
}

function* tasksIn(cluster: Cluster): Generator<Task> {
  for (const { tasks } of cluster.jobs.values()) yield* tasks.values()
}

/** Since when one was wanted of which nothing was told before it was placed. */
const submittedAt = ({ task, index }: Instance): number =>
  task.instances.all.find(({ from, to }) => from <= index && index < to)?.like.since ?? Number.POSITIVE_INFINITY

const share = (used: number, has: number): number => (has > 0 ? used / has : 0)
