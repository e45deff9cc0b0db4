import {
  awaitsPromotion,
  type Instance,
  instancesOfRun,
  isAskedFor,
  isOutdated,
  isPlaced,
  isUp,
  type Job,
} from '#libs/cluster'
import { updateOf } from '#libs/spec'

/** What watching a job has come to. `Going`: nothing is settled yet. */
export type Verdict =
  | { readonly tag: 'Going' }
  /** A service whose every wanted instance runs, and is healthy where that is checked, and no other any more. */
  | { readonly tag: 'Running' }
  | { readonly tag: 'Completed' }
  | { readonly tag: 'Stopped' }
  /** Nothing moves any more, and some instances have failed. */
  | { readonly tag: 'Failed'; readonly failed: readonly Instance[] }
  /** Nothing moves any more, and some instances have no place. */
  | { readonly tag: 'Pending'; readonly pending: readonly Instance[]; readonly failed: readonly Instance[] }
  /** The update to this version has failed, and goes no further. */
  | { readonly tag: 'UpdateFailed'; readonly reason: string; readonly reverts: boolean }
  /** The canaries run; the other instances wait for somebody to promote them. */
  | { readonly tag: 'Canaries' }
  /** What still moves has come no nearer to running for so long. It goes on trying. */
  | { readonly tag: 'Stalled'; readonly moving: readonly Instance[]; readonly afterMs: number }
  /** Someone submitted or stopped the job meanwhile. */
  | { readonly tag: 'Overtaken'; readonly by: string }

const GOING: Verdict = { tag: 'Going' }

/** Instances the current version wants, in order. */
export const wantedOf = (job: Job): readonly Instance[] =>
  [...job.tasks.values()].flatMap(({ instances }) => [...instances].filter(isAskedFor))

/** Instances the current version has no use for any more, and that have not ended yet. */
export const surplusOf = (job: Job): readonly Instance[] =>
  [...job.tasks.values()].flatMap(({ instances }) =>
    [...instances].filter((instance) => !isAskedFor(instance) && isPlaced(instance.state)),
  )

type Standing = 'up' | 'failed' | 'pending' | 'moving'

const standing = (instance: Instance): Standing => {
  switch (instance.state) {
    case 'running':
      return isOutdated(instance) || !isUp(instance) ? 'moving' : 'up'
    case 'completed':
      return 'up'
    case 'failed':
      return 'failed'
    case 'pending':
      return getsRoom(instance) ? 'moving' : 'pending'
    default:
      return 'moving'
  }
}

/** Whether its former attempt, which may have what it waits for, ends before it is up. */
const getsRoom = ({ retiring, task }: Instance): boolean =>
  retiring !== null && (retiring.state === 'stopping' || updateOf(task.spec).order === 'stop-first')

/** Where a submitted version of a job stands. `Pending` is for the scheduler to confirm: it may just not have come to it. */
export const judgeStart = (job: Job, version: number): Verdict => {
  if (job.version !== version) return { tag: 'Overtaken', by: `version ${job.version} was submitted meanwhile` }
  if (job.state === 'stopping' || job.state === 'stopped') return { tag: 'Overtaken', by: 'it was stopped meanwhile' }
  if (job.state === 'completed') return { tag: 'Completed' }
  if (job.kind === 'cron') return { tag: 'Running' } // what it runs is another matter
  if (job.kind === 'system' && job.targeted !== version) return GOING
  if (job.update?.state === 'failed') return updateFailed(job)
  const by: Record<Standing, Instance[]> = { up: [], failed: [], pending: [], moving: [] }
  for (const instance of wantedOf(job)) by[standing(instance)].push(instance)
  if (awaitsPromotion(job)) return { tag: 'Canaries' }
  if (job.state === 'failed') return { tag: 'Failed', failed: by.failed }
  if (job.update?.state === 'running' && by.pending.length === 0) return GOING // what has failed may be placed anew
  if (by.moving.length > 0 || (job.kind === 'batch' && by.pending.length === 0)) return GOING
  const running = by.up.some(({ state }) => state === 'running')
  if (job.kind === 'batch' && running) return GOING
  if (by.pending.length > 0) return { tag: 'Pending', pending: by.pending, failed: by.failed }
  if (by.failed.length > 0) return { tag: 'Failed', failed: by.failed }
  return surplusOf(job).length > 0 ? GOING : { tag: 'Running' }
}

/**
 * Watches a job that goes on coming up: where no further instance has come up for the `progressDeadline` of its tasks,
 * it is stalled, as a first version has no update that could fail. Times in milliseconds.
 */
export const stallWatch = (begun: number): ((job: Job, now: number) => Verdict) => {
  let mostUp = 0
  let progressedAt = begun
  return (job, now) => {
    const wanted = wantedOf(job)
    const up = wanted.filter((instance) => standing(instance) === 'up')
    if (up.length > mostUp) progressedAt = now
    mostUp = Math.max(mostUp, up.length)
    const moving = wanted.filter((instance) => standing(instance) === 'moving')
    const isUnderWay =
      job.update?.state === 'running' || up.some(({ state }) => job.kind === 'batch' && state === 'running')
    const afterMs = Math.max(0, ...moving.map(({ task }) => updateOf(task.spec).progressDeadlineMs))
    if (isUnderWay || moving.length === 0 || now - progressedAt < afterMs) return GOING
    return { tag: 'Stalled', moving, afterMs }
  }
}

const updateFailed = ({ update, stable, tasks }: Job): Verdict => {
  const asked = [...tasks.values()].some(({ spec }) => updateOf(spec).autoRevert)
  return { tag: 'UpdateFailed', reason: update?.reason ?? 'for no known reason', reverts: asked && stable !== null }
}

/** Where the stop of a job stands; with `purge` it is over once the job is forgotten. */
export const judgeStop = (job: Job, version: number, purge = false): Verdict => {
  if (job.version !== version) return { tag: 'Overtaken', by: `version ${job.version} was submitted meanwhile` }
  const goesOn = purge ? job.state !== 'purged' : job.state === 'stopping' || job.state === 'running'
  return goesOn ? GOING : { tag: 'Stopped' }
}

/** Where a run of a cron job stands. */
export const judgeRun = (job: Job, id: string): Verdict => {
  const run = job.cron?.runs.find((one) => one.id === id)
  switch (run?.state) {
    case 'running':
      return GOING
    case 'completed':
      return { tag: 'Completed' }
    case 'failed':
      return { tag: 'Failed', failed: [...instancesOfRun(job, id)].filter(({ state }) => state !== 'completed') }
    default:
      return { tag: 'Overtaken', by: run?.reason ?? 'it has ended, and is no longer remembered' }
  }
}

/** What one may wait for. */
export type WaitFor = 'running' | 'completed' | 'stopped'

/** Where a job stands on the way to that; what may still change for the better is `Going`. */
export const judgeWait = (job: Job, version: number, until: WaitFor): Verdict => {
  if (until === 'stopped') return judgeStop(job, version)
  if (until === 'running' && job.kind === 'batch' && isAllRunning(job)) return { tag: 'Running' }
  const verdict = judgeStart(job, version)
  switch (verdict.tag) {
    case 'Running':
      return until === 'running' ? verdict : GOING
    case 'Completed':
    case 'Failed':
    case 'Overtaken':
    case 'UpdateFailed':
      return verdict
    default:
      return GOING
  }
}

const isAllRunning = (job: Job): boolean =>
  wantedOf(job).every(({ state }) => state === 'running' || state === 'completed')
