import { type Cluster, emptyCluster, evolve, ignoreChanges, instancesOfRun, type Job } from '#libs/cluster'
import type { Entry, SubjectQuery } from '#libs/events'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { snapshotUpTo } from '../client/snapshot'
import { tail } from '../client/tail'
import type { Output } from '../output'
import { type EventLook, eventLine } from '../render/event'
import { LiveRegion } from '../render/live'
import { progressLines } from '../render/progress'
import { surplusOf, type Verdict, wantedOf } from './verdict'

export interface FollowJobOptions {
  readonly connection: Connection
  readonly job: string
  /** Sequence of its first version: later ones change what earlier ones left, so the fold begins there. */
  readonly from: number
  /** Events from this sequence on are shown; what was before only counts. */
  readonly shownFrom: number
  /** Looked at after each change; the following ends when it is not `Going`. Async, since others may have to be asked. */
  readonly judge: (job: Job) => Verdict | Promise<Verdict>
  readonly signal: AbortSignal
  /** Where progress is shown; nowhere when absent. */
  readonly out?: Output
}

export interface Followed {
  readonly verdict: Verdict
  /** The job as it was then. */
  readonly job: Job
}

/** A judge that asks others says `Going` until it knows; it is asked again this often. */
const AGAIN_MS = 500

/** Said once something was tried this often: how to leave what may go on for long. */
const TRIED_OFTEN = 4
const TRIED_ON = '  it goes on trying; Ctrl-C ends the watching, not the job'

/** What the fold of one job stands on: which workers there are, and whose decisions count. */
const GROUND: readonly SubjectQuery[] = [
  { topic: 'worker', type: 'WorkerRegistered' },
  { topic: 'control', type: 'LeaderElected' },
]

/**
 * Follows a job in the log, and shows how its instances fare: redrawn in place on a terminal, an event a line elsewhere.
 * Ends with the first verdict; when the signal aborts, with `Going`. Throws OrkFailure where the job's beginning is gone
 * from the log, and no snapshot stands for it.
 */
export const followJob = async (options: FollowJobOptions): Promise<Followed> => {
  const { from, signal } = options
  const { log } = options.connection
  const queries = [{ job: options.job }, ...GROUND]
  const { firstSeq, lastSeq: known } = await log.info()
  // Where the beginning is archived, a snapshot of before stands for it.
  const snapshot = firstSeq > 1 ? await snapshotUpTo(options.connection, options.shownFrom - 1) : null
  const watch = new JobWatch(options, snapshot?.cluster ?? emptyCluster())
  if (snapshot === null && from > 1)
    for await (const entries of log.read({ from: 1, to: from - 1, queries: GROUND })) await watch.take(entries)
  const next = snapshot === null ? from : snapshot.head.seq + 1
  for await (const entries of log.read({ from: next, to: known, queries })) await watch.take(entries)
  if (!watch.knows) throw new OrkFailure(notFollowed(options.job, firstSeq))
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  const look = (): void =>
    void watch.look().then(
      (settled) => settled && ending.abort(),
      (cause) => ending.abort(cause),
    )
  const timer = setInterval(look, AGAIN_MS)
  try {
    look()
    for await (const entries of tail(log, { from: known + 1, queries, follow: true, signal: either })) {
      await watch.take(entries)
      look()
    }
  } finally {
    clearInterval(timer)
    await watch.end()
  }
  if (ending.signal.reason instanceof Error && ending.signal.reason.name !== 'AbortError') throw ending.signal.reason
  return { verdict: watch.verdict, job: watch.job }
}

const notFollowed = (job: string, firstSeq: number) =>
  orkError('NotFollowed', `${job} cannot be watched: the log begins at ${firstSeq}, after what made it`, {
    next: `what you asked for is in the log; \`ork job ${job}\` shows how it stands, \`ork snapshot list\` what is wrong`,
  })

class JobWatch {
  verdict: Verdict = { tag: 'Going' }
  private readonly region: LiveRegion | null
  private looking = false
  private asked = false
  private isSaid = false
  private last: Job | null = null

  constructor(
    private readonly options: FollowJobOptions,
    private readonly cluster: Cluster,
  ) {
    this.region = options.out?.isTerminal === true ? new LiveRegion(options.out) : null
  }

  get knows(): boolean {
    return this.cluster.jobs.has(this.options.job) || this.last !== null
  }

  get job(): Job {
    this.last = this.cluster.jobs.get(this.options.job) ?? this.last // one that was purged is shown as it was left
    if (this.last === null) throw new Error(`the log has no job ${this.options.job}`)
    return this.last
  }

  async take(entries: readonly Entry[]): Promise<void> {
    const { out, shownFrom } = this.options
    for (const entry of entries) {
      evolve(this.cluster, entry, ignoreChanges)
      this.last = this.cluster.jobs.get(this.options.job) ?? this.last
      const news =
        entry.seq >= shownFrom && entry.event.type !== 'LeaderElected' && entry.event.type !== 'WorkerRegistered'
      if (news && out !== undefined && this.region === null) await out.write(`${eventLine(entry, this.eyes(out))}\n`)
      if (news && out !== undefined && this.region === null && isTriedOften(entry)) await this.sayTriedOn(out)
    }
  }

  /** Draws and judges; whether it is settled. One look at a time: asked meanwhile, it looks once more at the end. */
  async look(): Promise<boolean> {
    this.asked = true
    if (this.looking) return false
    this.looking = true
    try {
      while (this.asked) {
        this.asked = false
        await this.draw()
        const verdict = await this.options.judge(this.job)
        if (verdict.tag === 'Going') continue
        this.verdict = verdict
        return true
      }
      return false
    } finally {
      this.looking = false
    }
  }

  async end(): Promise<void> {
    await this.draw()
    this.region?.end()
  }

  private async draw(): Promise<void> {
    const { out } = this.options
    if (this.region === null || out === undefined) return
    const shown = this.shown()
    const isTried = shown.some(({ state, attempt }) => state === 'starting' && attempt >= TRIED_OFTEN)
    const lines = progressLines(shown, this.region.limit - Number(isTried), this.eyes(out))
    await this.region.draw(isTried ? [...lines, TRIED_ON] : lines)
  }

  private async sayTriedOn(out: Output): Promise<void> {
    if (this.isSaid) return
    this.isSaid = true
    await out.write(`${TRIED_ON}\n`)
  }

  /** Those wanted, and those that are to go; and when none is any more, all that have not ended long ago. */
  private shown(): ReturnType<typeof wantedOf> {
    const { job } = this
    const run = job.cron?.runs.at(-1)
    if (run !== undefined) return [...instancesOfRun(job, run.id)]
    if (job.state === 'running' || job.state === 'completed' || job.state === 'failed')
      return [...wantedOf(job), ...surplusOf(job)]
    return [...job.tasks.values()].flatMap(({ instances }) => [...instances])
  }

  private eyes(out: Output): EventLook {
    return { now: Date.now(), colours: out.colours }
  }
}

const isTriedOften = ({ event }: Entry): boolean => event.type === 'TaskRestarting' && event.data.attempt >= TRIED_OFTEN
