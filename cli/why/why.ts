import { type Cluster, findInstance, type Instance, idOf, instanceOf, whyHeld } from '#libs/cluster'
import type { Entry, EventOf, SubjectQuery } from '#libs/events'
import { type InstanceRef, instanceId, OrkFailure, orkError } from '#libs/kernel'
import type { Connection, Log } from '#libs/log'
import { orkVersion } from '#libs/runtime'
import { type Recomputed, recompute } from '../../services/scheduler/core'
import { inArchive } from '../client/archived'
import { clusterAt } from '../show/replay'
import { chainOf, endOf, stoppingOf, type WorkerTales } from './causes'
import { type Placed, type Run, type Story, storyOf, type Told } from './story'

/** Why an instance is where it is, in what the log and the scheduler's own code say of it. */
export interface Why {
  readonly story: Story
  /** Up to where the log was read. */
  readonly seq: number
  /** The attempt that is explained; null: none was ever made. */
  readonly run: Run | null
  /** The decision that placed it, made again. */
  readonly decision: Decision | null
  /** From the event that began the attempt back to what led there. */
  readonly begun: readonly Told[]
  /** The same from its end; of an attempt that is stopping from what asked it to. Empty while it goes on. */
  readonly ended: readonly Told[]
  /** What is decided about it now, and what it waits for; null: it does not wait for a place, or another attempt was asked for. */
  readonly pending: Pending | null
}

export interface Decision {
  readonly placed: Placed
  /** What was preempted so that it has room. */
  readonly victims: readonly Told[]
  /** The decision as it is made again on the log up to `asOf`; null: the instance was not there then. */
  readonly again: Recomputed | null
  readonly agrees: boolean
  /** Why the two may differ; null: they should not. */
  readonly mayDiffer: string | null
}

export interface Pending {
  readonly now: Recomputed
  /** Why it may have no place yet, whatever room there is; null: nothing is against it. */
  readonly held: string | null
  /** Where room is made for it, and what is yet to end there; null: nowhere. */
  readonly awaits: { readonly worker: string; readonly ending: readonly string[] } | null
  /** From what made it wait back to what led there. */
  readonly since: readonly Told[]
}

export interface WhyOptions {
  readonly attempt: number | undefined
  readonly signal: AbortSignal
}

/** Explains an attempt of an instance, the last one unless another is named. Throws OrkFailure, and Interrupted. */
export const why = async (connection: Connection, ref: InstanceRef, options: WhyOptions): Promise<Why> => {
  const { log } = connection
  const seq = await log.lastSeq()
  const story = await readStory(log, ref, seq)
  const run = await runOf(log, story, options.attempt)
  const workers = await readWorkers(log, story, seq)
  const chain = (told: Told | undefined): readonly Told[] => (told === undefined ? [] : chainOf(story, workers, told))
  const waits = options.attempt === undefined && story.instance?.state === 'pending'
  return {
    story,
    seq,
    run,
    decision: run === null || waits ? null : await decisionOf(connection, story, run.placed, options.signal),
    begun: chain(run?.begun),
    ended: run === null ? [] : chain(endOf(story, run) ?? stoppingOf(story, run)),
    pending: waits ? await pendingOf(connection, story, seq, chain, options.signal) : null,
  }
}

const readAll = async (log: Log, to: number, queries: readonly SubjectQuery[]): Promise<readonly Entry[]> => {
  const { firstSeq } = await log.info()
  const all: Entry[] = []
  for await (const entries of log.read({ from: Math.max(1, firstSeq), to, queries })) all.push(...entries)
  return all
}

const readStory = async (log: Log, ref: InstanceRef, to: number): Promise<Story> => {
  const queries: readonly SubjectQuery[] = [
    ref as SubjectQuery,
    { topic: 'job', job: ref.job },
    { topic: 'control', type: 'LeaderElected' },
    { topic: 'control', type: 'RebalanceRequested' },
  ]
  return storyOf(ref, await readAll(log, to, queries))
}

const readWorkers = async (log: Log, { runs }: Story, to: number): Promise<WorkerTales> => {
  const names = [...new Set(runs.map(({ worker }) => worker))]
  if (names.length === 0) return new Map()
  const tales = new Map<string, Told[]>(names.map((name) => [name, []]))
  const entries = await readAll(
    log,
    to,
    names.map((worker) => ({ topic: 'worker', worker })),
  )
  for (const { seq, event } of entries) {
    if (event.type !== 'Unreadable') tales.get(event.subject)?.push({ seq, event })
  }
  return tales
}

const runOf = async (log: Log, { ref, runs, instance }: Story, attempt: number | undefined): Promise<Run | null> => {
  const run = attempt === undefined ? runs.at(-1) : runs.findLast((one) => one.attempt === attempt)
  if (run !== undefined) return run
  if (instance !== undefined && attempt === undefined) return null
  const { firstSeq, archived } = await log.info()
  if (firstSeq > 1) throw new OrkFailure(inArchive(1, firstSeq, archived))
  const id = instanceId(ref)
  if (instance === undefined) {
    const next = '`ork tasks` lists those there are now, `ork events --job JOB` all that ever happened to a job'
    throw new OrkFailure(orkError('NoSuchInstance', `there never was an instance "${id}"`, { next }))
  }
  const known = runs.map((one) => one.attempt).join(', ')
  throw new OrkFailure(
    orkError('NoSuchAttempt', `${id} has no attempt ${attempt}`, {
      next: known === '' ? 'it was never placed' : `its attempts are ${known}`,
    }),
  )
}

const decisionOf = async (
  connection: Connection,
  story: Story,
  placed: Placed,
  signal: AbortSignal,
): Promise<Decision> => {
  const { data, source, time } = placed.event
  const { cluster } = await clusterAt(connection, data.asOf, signal)
  const beats = data.policy === 'least-loaded' ? await heartbeatsUntil(connection.log, Date.parse(time)) : []
  const again = recomputeIn(cluster, story.ref, beats)
  return {
    placed,
    victims: await victimsOf(connection.log, story, placed),
    again,
    agrees: again?.placement?.worker === data.worker,
    mayDiffer: mayDiffer(again?.measured ?? false, cluster.services.get(source)?.version),
  }
}

/** Those that were preempted for the instance since it was placed before. */
const victimsOf = async (log: Log, { ref, runs }: Story, placed: Placed): Promise<readonly Told[]> => {
  const before = runs.findLast((run) => run.placed.seq < placed.seq)?.placed.seq ?? 0
  const entries = await readAll(log, placed.seq, [{ topic: 'task', type: 'TaskPreempted' }])
  return entries.flatMap(({ seq, event }) =>
    event.type === 'TaskPreempted' && seq > before && instanceId(event.data.by) === instanceId(ref)
      ? [{ seq, event }]
      : [],
  )
}

const recomputeIn = (
  cluster: Cluster,
  { job, task, index }: InstanceRef,
  beats: readonly EventOf<'WorkerHeartbeat'>[] = [],
): Recomputed | null => {
  const found = cluster.jobs.get(job)?.tasks.get(task)
  return found === undefined ? null : recompute(cluster, { task: found, index }, beats)
}

const mayDiffer = (measured: boolean, version: string | undefined): string | null => {
  const ours = orkVersion()
  if (measured) {
    return 'least-loaded looks at what workers were measured to use, and heartbeats are kept for an hour only'
  }
  return version === undefined || version === ours ? null : `it was decided by ork ${version}, and this is ${ours}`
}

/** The last sign of life of each worker before a time, of those that are kept. */
const heartbeatsUntil = async (log: Log, time: number): Promise<readonly EventOf<'WorkerHeartbeat'>[]> => {
  const last = new Map<string, EventOf<'WorkerHeartbeat'>>()
  for await (const entries of log.readHeartbeats({ since: time - HEARD_MS })) {
    for (const { event } of entries) {
      if (event.type === 'WorkerHeartbeat' && Date.parse(event.time) <= time) last.set(event.data.worker, event)
    }
  }
  return [...last.values()]
}

/** Who was not heard for so long is lost, and takes nothing. */
const HEARD_MS = 60_000

const pendingOf = async (
  connection: Connection,
  { ref, steps }: Story,
  seq: number,
  chain: (told: Told | undefined) => readonly Told[],
  signal: AbortSignal,
): Promise<Pending | null> => {
  const { cluster } = await clusterAt(connection, seq, signal)
  const instance = findInstance(cluster, ref.job, ref.task, ref.index)
  const now = recomputeIn(cluster, ref)
  if (instance === undefined || now === null) return null
  const since = steps.findLast(({ before, after }) => after?.state === 'pending' && before?.state !== 'pending')
  return { now, held: whyHeld(instance.task), awaits: awaitsOf(cluster, instance), since: chain(since) }
}

const awaitsOf = ({ workers }: Cluster, { awaits }: Instance): Pending['awaits'] => {
  if (awaits === null) return null
  const there = [...(workers.get(awaits)?.instances ?? [])].filter(({ state }) => state === 'stopping')
  return { worker: awaits, ending: there.map((attempt) => idOf(instanceOf(attempt))).sort() }
}
