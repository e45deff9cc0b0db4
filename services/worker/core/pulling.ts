import type { Now } from '#libs/cluster'
import type { AttemptRef, DriverError } from '#libs/drivers'
import { type Assignment, refOf } from './assignment'
import { retryStart } from './ended'
import { attemptOf, tell } from './facts'
import type { WorkerView } from './view'
import type { Work } from './work'

/** The container of the attempt itself could not be started. */
export const startFailed = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  const { trouble, pull: pulled, spec } = assignment
  if (trouble === null) return
  const { error } = trouble
  assignment.trouble = null
  if (error.tag === 'ImageMissing' && pulled === null && spec.image !== undefined && spec.pullPolicy !== 'never') {
    return pull(assignment, { ref: refOf(assignment), image: spec.image }, work)
  }
  cannotStart(view, assignment, error, wordsOf(error), now, work)
}

/** What is wrong, and where. */
export const wordsOf = ({ where, what }: DriverError): string => (where === undefined ? what : `${where}: ${what}`)

/**
 * What follows where a container cannot be started. The image is fetched once an attempt. Trouble of the engine's own may
 * pass, and so may that somebody removed what was fetched before it could be run; nothing else gets better by itself.
 */
export const cannotStart = (
  view: WorkerView,
  assignment: Assignment,
  error: DriverError,
  reason: string,
  now: Now,
  work: Work,
): void => {
  if (error.tag === 'Denied')
    return reject(assignment, error.next === undefined ? reason : `${reason}; ${error.next}`, work)
  if (error.tag === 'ImageMissing' && assignment.pull === 'done') {
    const why = `${reason}: it was pulled, and removed again before it could run`
    return retryStart(view, assignment, why, now, work)
  }
  if (error.tag === 'Failed') return retryStart(view, assignment, reason, now, work)
  assignment.phase = 'over'
  const data = { ...attemptOf(assignment, assignment.attempt), reason, exitCode: null }
  tell(work, assignment, { type: 'TaskFailed', data })
}

/** Whether an image is to be fetched before its container is made, though the engine may have one of that name. */
export const mustPull = ({ spec, pull: pulled }: Assignment): boolean => spec.pullPolicy === 'always' && pulled === null

/** An image, and the container that needs it. */
interface Needed {
  readonly ref: AttemptRef
  readonly image: string
}

/** Fetches the image; the attempt goes on when that is done. */
export const pull = (assignment: Assignment, { ref, image }: Needed, work: Work): void => {
  const { driver, registryAuth } = assignment.spec
  assignment.pull = 'underWay'
  assignment.progress = { image, doneBytes: 0, totalBytes: 0 }
  tellProgress(assignment, work)
  const auth = registryAuth === undefined ? {} : { auth: registryAuth }
  work.effects.push({ tag: 'Pull', driver, ref, image, ...auth })
}

/** It is not for this worker: another may take it. */
export const reject = (assignment: Assignment, reason: string, work: Work): void => {
  assignment.phase = 'over'
  tell(work, assignment, { type: 'TaskRejected', data: { ...attemptOf(assignment, assignment.attempt), reason } })
}

export const tellProgress = (assignment: Assignment, work: Work): void => {
  const { progress, attempt } = assignment
  if (progress === null) return
  assignment.progress = null
  assignment.pullReports += 1
  const data = { ...attemptOf(assignment, attempt), ...progress }
  tell(work, assignment, { type: 'TaskPulling', data }, `/${assignment.pullReports}`)
}
