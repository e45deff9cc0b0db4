import { findInstance } from '#libs/cluster'
import type { EventOf } from '#libs/events'
import { MAX_RUNS, nextTime } from '#libs/spec'
import { EPOCH } from '../process'
import type { Invariant, LogInvariant } from './invariant'

/** What a schedule promises, by the log alone. */
export const crons: LogInvariant = {
  name: 'each time of a schedule is decided on once, and only for the reasons there are without a run',
  watch: ({ truth }, fail) => {
    const decided = new Set<string>()
    const wrongTime = ({ job, scheduledAt }: { job: string; scheduledAt: number }, time: number): string | null => {
      const spec = truth.jobs.get(job)?.spec.cron
      if (spec !== undefined && nextTime(spec, scheduledAt - 1) !== scheduledAt) return 'no time of its schedule'
      if (scheduledAt > time) return 'not due yet'
      const key = `${job} ${scheduledAt}`
      if (decided.has(key)) return 'decided on before'
      decided.add(key)
      return null
    }
    const wrongSkip = ({ data, time }: EventOf<'CronSkipped'>): string | null => {
      const job = truth.jobs.get(data.job)
      if (job?.spec.cron === undefined) return null
      const { overlap, catchUpMs } = job.spec.cron
      const underWay = job.cron?.runs.filter(({ state }) => state === 'running').length ?? 0
      const isBusy = overlap === 'forbid' ? underWay > 0 : overlap === 'allow' && underWay >= MAX_RUNS
      // The clock was read a little before the event was stamped.
      return isBusy || Date.parse(time) - data.scheduledAt >= catchUpMs ? null : 'skipped though it could have begun'
    }
    return {
      stored: ({ seq, event, took }) => {
        if (took !== 'effect') return
        if (event.type === 'JobPurged') {
          for (const key of decided) if (key.startsWith(`${event.data.job} `)) decided.delete(key)
        }
        if (event.type !== 'CronFired' && event.type !== 'CronSkipped') return
        const { job, scheduledAt } = event.data
        const time = Date.parse(event.time)
        const wrong =
          (scheduledAt === null ? null : wrongTime({ job, scheduledAt }, time)) ??
          (event.type === 'CronSkipped' ? wrongSkip(event) : null)
        if (wrong !== null) fail(`${event.type} of ${job} at ${seq} is for ${scheduledAt}, which is ${wrong}`)
        const { spec, cron } = truth.jobs.get(job) ?? {}
        const underWay = cron?.runs.filter(({ state }) => state === 'running').length ?? 0
        if (event.type === 'CronFired' && spec?.cron?.overlap !== 'allow' && underWay > 1)
          fail(`${event.type} of ${job} at ${seq} is the ${underWay}th run at once`)
      },
    }
  },
}

/** Schedules go by the servers' clock, however wrong that of a manager is. */
export const onTime: Invariant = {
  name: 'no run begins before its time',
  watch: ({ time }, fail) => ({
    stored: ({ seq, event, took }) => {
      if (took !== 'effect' || event.type !== 'CronFired' || event.data.scheduledAt === null) return
      const early = event.data.scheduledAt - (EPOCH + time.now)
      if (early > 0) fail(`${event.type} of ${event.data.job} at ${seq} came ${early} ms before its time`)
    },
  }),
}

/**
 * The containers of two runs run at once only where `overlap` allows it, or did when the later one began, or where the log
 * has given one of them up for lost: its worker was silent for too long, and does not know.
 */
export const runsApart: Invariant = {
  name: 'runs that must not overlap do not',
  watch: (world, fail) => {
    /** By placement: its run, when that began, and whether it may be beside others. */
    const placed = new Map<number, { readonly run: string; readonly seq: number; readonly mayOverlap: boolean }>()
    const began = new Map<string, boolean>()
    const lost = new Set<number>()
    return {
      stored: ({ seq, event, took }) => {
        if (took !== 'effect') return
        if (event.type === 'TaskLost') lost.add(event.data.placement)
        if (event.type === 'CronFired') {
          const overlap = world.truth.jobs.get(event.data.job)?.spec.cron?.overlap
          began.set(`${event.data.job} ${event.data.run}`, overlap === 'allow')
        }
        if (event.type !== 'TaskScheduled') return
        const instance = findInstance(world.truth, event.data.job, event.data.task, event.data.index)
        const run = instance?.task.job.cron?.runs.find(({ id }) => id === instance.run)
        if (run === undefined) return
        const mayByNow = instance?.task.job.spec.cron?.overlap === 'allow'
        const mayOverlap = mayByNow || (began.get(`${event.data.job} ${run.id}`) ?? true)
        placed.set(seq, { run: run.id, seq: run.seq, mayOverlap })
      },
      started: (_, { ref }) => {
        const own = placed.get(ref.placement)
        if (own === undefined || lost.has(ref.placement)) return
        for (const { containers } of world.engines.values()) {
          for (const { ref: other, state } of containers) {
            const beside = state === 'running' && other.job === ref.job ? placed.get(other.placement) : undefined
            if (beside === undefined || beside.run === own.run || lost.has(other.placement)) continue
            const later = beside.seq > own.seq ? beside : own
            if (!later.mayOverlap) fail(`run ${own.run} of ${ref.job} goes while run ${beside.run} does`)
          }
        }
      },
    }
  },
}
