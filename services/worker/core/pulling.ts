import type { Now } from '#libs/cluster'
import { retryStart } from './ended'
import { attemptOf, tell } from './facts'
import { type Assignment, refOf } from './view'
import type { Work } from './work'

/** The image is fetched once an attempt; trouble of the engine's own may pass; nothing else gets better by itself. */
export const startFailed = (assignment: Assignment, now: Now, work: Work): void => {
  const { trouble, spec, attempt } = assignment
  if (trouble === null) return
  assignment.trouble = null
  if (trouble.tag === 'ImageMissing' && !assignment.pulled && spec.image !== undefined) {
    assignment.pulled = true
    assignment.phase = 'pulling'
    assignment.progress = { doneBytes: 0, totalBytes: 0 }
    tellProgress(assignment, work)
    work.effects.push({ tag: 'Pull', driver: spec.driver, ref: refOf(assignment), image: spec.image })
    return
  }
  const reason = trouble.where === undefined ? trouble.what : `${trouble.where}: ${trouble.what}`
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
