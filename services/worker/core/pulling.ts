import type { Now } from '#libs/cluster'
import { retryStart } from './ended'
import { attemptOf, tell } from './facts'
import { type Assignment, refOf } from './view'
import type { Work } from './work'

/**
 * The image is fetched once an attempt. Trouble of the engine's own may pass, and so may that somebody removed what was
 * fetched before it could be run; nothing else gets better by itself.
 */
export const startFailed = (assignment: Assignment, now: Now, work: Work): void => {
  const { trouble, pull, spec, attempt } = assignment
  if (trouble === null) return
  assignment.trouble = null
  const isMissing = trouble.tag === 'ImageMissing'
  if (isMissing && pull === null && spec.image !== undefined) {
    assignment.phase = 'pulling'
    assignment.progress = { doneBytes: 0, totalBytes: 0 }
    tellProgress(assignment, work)
    work.effects.push({ tag: 'Pull', driver: spec.driver, ref: refOf(assignment), image: spec.image })
    return
  }
  const reason = trouble.where === undefined ? trouble.what : `${trouble.where}: ${trouble.what}`
  if (isMissing && pull === 'done') {
    return retryStart(assignment, `${reason}: it was pulled, and removed again before it could run`, now, work)
  }
  if (trouble.tag === 'Failed') return retryStart(assignment, reason, now, work)
  assignment.phase = 'over'
  tell(work, assignment, { type: 'TaskFailed', data: { ...attemptOf(assignment, attempt), reason, exitCode: null } })
}

export const tellProgress = (assignment: Assignment, work: Work): void => {
  const { progress, attempt, spec } = assignment
  if (progress === null) return
  assignment.progress = null
  assignment.pullReports += 1
  const data = { ...attemptOf(assignment, attempt), image: spec.image ?? '', ...progress }
  tell(work, assignment, { type: 'TaskPulling', data }, `/${assignment.pullReports}`)
}
