import type { Now } from '#libs/cluster'
import { retryStart } from './ended'
import { attemptOf, tell } from './facts'
import { type Assignment, refOf, type WorkerView } from './view'
import type { Work } from './work'

/**
 * The image is fetched once an attempt. Trouble of the engine's own may pass, and so may that somebody removed what was
 * fetched before it could be run; nothing else gets better by itself.
 */
export const startFailed = (view: WorkerView, assignment: Assignment, now: Now, work: Work): void => {
  const { trouble, pull: pulled, spec, attempt } = assignment
  if (trouble === null) return
  assignment.trouble = null
  const reason = trouble.where === undefined ? trouble.what : `${trouble.where}: ${trouble.what}`
  if (trouble.tag === 'Denied') {
    return reject(assignment, trouble.next === undefined ? reason : `${reason}; ${trouble.next}`, work)
  }
  const isMissing = trouble.tag === 'ImageMissing'
  if (isMissing && pulled === null && spec.image !== undefined && spec.pullPolicy !== 'never') {
    return pull(assignment, spec.image, work)
  }
  if (isMissing && pulled === 'done') {
    const why = `${reason}: it was pulled, and removed again before it could run`
    return retryStart(view, assignment, why, now, work)
  }
  if (trouble.tag === 'Failed') return retryStart(view, assignment, reason, now, work)
  assignment.phase = 'over'
  tell(work, assignment, { type: 'TaskFailed', data: { ...attemptOf(assignment, attempt), reason, exitCode: null } })
}

/** Whether an image is to be fetched before its container is made, though the engine may have one of that name. */
export const mustPull = ({ spec, pull: pulled }: Assignment): boolean => spec.pullPolicy === 'always' && pulled === null

/** Fetches the image; the attempt goes on when that is done. */
export const pull = (assignment: Assignment, image: string, work: Work): void => {
  const { driver, registryAuth } = assignment.spec
  assignment.phase = 'pulling'
  assignment.progress = { doneBytes: 0, totalBytes: 0 }
  tellProgress(assignment, work)
  const auth = registryAuth === undefined ? {} : { auth: registryAuth }
  work.effects.push({ tag: 'Pull', driver, ref: refOf(assignment), image, ...auth })
}

/** It is not for this worker: another may take it. */
export const reject = (assignment: Assignment, reason: string, work: Work): void => {
  assignment.phase = 'over'
  tell(work, assignment, { type: 'TaskRejected', data: { ...attemptOf(assignment, assignment.attempt), reason } })
}

export const tellProgress = (assignment: Assignment, work: Work): void => {
  const { progress, attempt, spec } = assignment
  if (progress === null) return
  assignment.progress = null
  assignment.pullReports += 1
  const data = { ...attemptOf(assignment, attempt), image: spec.image ?? '', ...progress }
  tell(work, assignment, { type: 'TaskPulling', data }, `/${assignment.pullReports}`)
}
