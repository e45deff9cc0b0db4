import { MAX_RUNS } from '#libs/spec'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import type { CronRun, CronState, RunState } from './model/cron'
import type { Instance, Job } from './model/job'
import { stopUnwanted } from './transition'

/**
 * What a job has of its runs once it is at a new version: those that are under way finish as they began. Times that came
 * while it did not run, or by another schedule, are not made up for.
 *
 * @param before What the version before said of its runs.
 */
export const cronAfter = (job: Job, before: Job['spec']['cron'], restart: boolean, time: number): CronState | null => {
  const { spec, cron } = job
  if (spec.kind !== 'cron') return null
  if (cron === null) return { through: time, runs: [], skipped: null }
  const goesOn = !restart && before?.schedule === spec.cron?.schedule && before?.timeZone === spec.cron?.timeZone
  if (!goesOn) cron.through = Math.max(cron.through, time)
  return cron
}

/** So many instances of a task may belong to runs: each run under way, remembered or being stopped has its slot. */
export const mostSlots = ({ spec }: Job): number => 2 * MAX_RUNS + (spec.cron?.keepRuns ?? 0)

/** The instances of a slot that there are. */
export function* instancesInSlot({ spec, tasks }: Job, slot: number): Generator<Instance> {
  for (const { name, replicas } of spec.tasks) {
    for (let index = slot * replicas; index < (slot + 1) * replicas; index += 1) {
      const instance = tasks.get(name)?.instances.at(index)
      if (instance !== undefined) yield instance
    }
  }
}

/** The instances of a run, also those of tasks that the job no longer has. */
export function* instancesOfRun({ tasks }: Job, id: string): Generator<Instance> {
  for (const { instances } of tasks.values()) {
    for (const instance of instances.made()) if (instance.run === id) yield instance
  }
}

/** All runs that are under way end. */
export const endRuns = (
  cluster: Cluster,
  job: Job,
  state: RunState,
  time: number,
  reason: string,
  changes: Changes,
): void => {
  const underWay = job.cron?.runs.filter((run) => run.state === 'running') ?? []
  for (const run of underWay) endRun(cluster, job, run, state, time, reason, changes)
}

/** A run ends, and what is left of it is stopped. */
export const endRun = (
  cluster: Cluster,
  job: Job,
  run: CronRun,
  state: RunState,
  time: number,
  reason: string | null,
  changes: Changes,
): void => {
  Object.assign(run, { state, endedAt: time, reason })
  for (const instance of instancesOfRun(job, run.id)) {
    stopUnwanted(cluster, instance, time, reason ?? 'its run has ended', changes)
  }
  forget(job)
}

/** So many that have ended are remembered. */
const forget = ({ cron, spec }: Job): void => {
  if (cron === null) return
  const ended = cron.runs.filter(({ state }) => state !== 'running')
  for (const run of ended.slice(0, -(spec.cron?.keepRuns ?? 1))) cron.runs.splice(cron.runs.indexOf(run), 1)
}
