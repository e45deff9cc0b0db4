import type { Draft } from '#libs/events'
import type { Assignment } from './assignment'
import type { Work } from './work'

/**
 * The fields that name an attempt of an assignment in every fact about it. What else a fact of every instance says is
 * added by Object.assign: each field behind a spread one costs Node microseconds, and there may be a million.
 */
export const attemptOf = (assignment: Assignment, attempt: number) => ({
  job: assignment.logged.task.job.name,
  task: assignment.logged.task.name,
  index: assignment.logged.index,
  worker: assignment.logged.worker ?? '_',
  attempt,
  placement: assignment.placedSeq,
})

/**
 * Adds a fact. Its id follows from the placement and the attempt, so that a worker that crashed between telling and
 * remembering tells it under the same id again. Where the log has that already, to no effect, the shell finds another.
 */
export const tell = (work: Work, assignment: Assignment, draft: Draft, more = ''): void => {
  const { attempt } = draft.data as { attempt: number }
  const id = `${assignment.id}/${assignment.placedSeq}/${attempt}/${draft.type}${more}`
  work.facts.push({ id, instance: assignment.id, draft })
}

/**
 * Whether a fact takes an instance on, so that it is told of one only that the log has not come to yet. The others are
 * told by every life of the worker that comes upon them.
 */
export const movesOn = ({ type }: Draft): boolean =>
  type !== 'TaskPulling' && type !== 'TaskHookStarted' && type !== 'TaskHookEnded'
