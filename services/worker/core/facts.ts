import type { Draft } from '#libs/events'
import type { Fact, Work } from './decide'
import type { Assignment, WorkerView } from './view'

/** The fields that name an attempt of an assignment in every fact about it. */
export const attemptOf = (assignment: Assignment, attempt: number) => ({
  job: assignment.instance.task.job.name,
  task: assignment.instance.task.name,
  index: assignment.instance.index,
  worker: assignment.instance.worker ?? '_',
  attempt,
})

/**
 * Adds a fact. Its id follows from the placement and the attempt, so that a worker that crashed between telling and
 * remembering tells it under the same id again.
 */
export const tell = (work: Work, assignment: Assignment, draft: Draft, more = ''): void => {
  const { placedSeq } = assignment
  const { attempt } = draft.data as { attempt: number }
  const id = `${assignment.id}/${placedSeq}/${attempt}/${draft.type}${more}`
  work.facts.push({ id, instance: assignment.id, placedSeq, draft })
}

/**
 * Whether a fact that has not reached the log yet must not any more: the instance was lost and placed here anew, and a
 * restart that the log never heard of may bear the number of the new placement's attempt.
 */
export const isMoot = (view: WorkerView, fact: Fact): boolean => {
  const current = view.assignments.get(fact.instance)
  return current !== undefined && current.placedSeq !== fact.placedSeq
}
