import { setTimeout as sleep } from 'node:timers/promises'
import { type Cluster, describeWorker, emptyCluster, evolve, ignoreChanges, instancesOf } from '#libs/cluster'
import type { Entry } from '#libs/events'
import { formatDuration } from '#libs/kernel'
import type { Log } from '#libs/log'
import { Interrupted } from '../failure'
import { escapeText, toJson } from '../render/escape'
import { eventJson, eventLine } from '../render/event'
import { LiveRegion } from '../render/live'
import { progressLines } from '../render/progress'
import { count } from '../render/sentence'
import { endOfReplay, type ReplayOptions } from './replay'

export interface PlayOptions extends ReplayOptions {
  /** How many times faster than it was. */
  readonly speed: number
}

/** A pause longer than this, in milliseconds of the viewer, is cut short, and said. */
const LONGEST_PAUSE_MS = 2_000

/** Shows the history as it happened: each event after the pause it had, on a terminal with the instances below. */
export const play = async (log: Log, options: PlayOptions): Promise<void> => {
  const { signal, job } = options
  const to = await endOfReplay(log, options)
  const stage = new Stage(options)
  const cluster = emptyCluster()
  let before: number | undefined
  try {
    if (to > 0) {
      for await (const entries of log.read({ from: 1, to })) {
        for (const entry of entries) {
          evolve(cluster, entry, ignoreChanges)
          if (job !== undefined && !isOf(entry, job)) continue
          const time = entry.event.type === 'Unreadable' ? before : Date.parse(entry.event.time)
          if (before !== undefined && time !== undefined) await pause(time - before, options, stage)
          if (signal.aborted) throw new Interrupted()
          before = time ?? before
          await stage.show(entry, cluster, time ?? 0)
        }
      }
    }
  } finally {
    stage.end()
  }
}

const isOf = ({ event }: Entry, job: string): boolean =>
  event.type !== 'Unreadable' && 'job' in event.data && event.data.job === job

const pause = async (gapMs: number, { speed, signal }: PlayOptions, stage: Stage): Promise<void> => {
  const ms = gapMs / speed
  if (ms > LONGEST_PAUSE_MS) await stage.skip(gapMs)
  if (ms < 1 || signal.aborted) return
  await sleep(Math.min(ms, LONGEST_PAUSE_MS), undefined, { signal }).catch(() => undefined)
}

class Stage {
  private readonly region: LiveRegion | null

  constructor(private readonly options: PlayOptions) {
    this.region = options.out.isTerminal && !options.json ? new LiveRegion(options.out) : null
  }

  async show(entry: Entry, cluster: Cluster, now: number): Promise<void> {
    const { out, json, job } = this.options
    const look = { now, colours: out.colours }
    const line = json ? toJson(eventJson(entry)) : eventLine(entry, look)
    if (this.region === null) return out.write(`${line}\n`)
    await this.region.print(line)
    const limit = Math.min(12, this.region.limit) - 1
    const lines = progressLines([...instancesOf(cluster, job)], limit, look, cluster.workers)
    await this.region.draw([workersLine(cluster), ...lines])
  }

  async skip(gapMs: number): Promise<void> {
    const { out, json } = this.options
    if (json) return
    const line = out.colours.dim(`         ... ${formatDuration(gapMs)} pass`)
    await (this.region === null ? out.write(`${line}\n`) : this.region.print(line))
  }

  end(): void {
    this.region?.end()
  }
}

const workersLine = (cluster: Cluster): string => {
  const workers = [...cluster.workers.values()].map(describeWorker)
  const shown = workers.slice(0, 6).map(({ name, state, instances }) => escapeText(`${name} ${state} ${instances}`))
  return `-- ${count(workers.length, 'worker')}${shown.length === 0 ? '' : `: ${shown.join(', ')}`} --`
}
