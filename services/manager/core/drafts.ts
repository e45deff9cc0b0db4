import { type Attempt, type Decision, type Instance, instanceOf, type Worker } from '#libs/cluster'

/** The fields that name an attempt in every event about it. */
const attemptOf = (attempt: Attempt) => ({
  job: attempt.task.job.name,
  task: attempt.task.name,
  index: attempt.index,
  worker: attempt.worker ?? '_',
  attempt: attempt.attempt,
  placement: attempt.placedSeq,
})

/** An attempt is to stop, for a reason that people are told. */
export const stopRequest = (attempt: Attempt, reason: string): Decision => ({
  draft: { type: 'TaskStopRequested', data: { ...attemptOf(attempt), reason } },
  expect: instanceOf(attempt).seq,
})

/** The attempt goes on, and its instance has another one placed beside it. */
export const replaceRequest = (attempt: Attempt, reason: string): Decision => ({
  draft: { type: 'TaskReplaceRequested', data: { ...attemptOf(attempt), reason } },
  expect: instanceOf(attempt).seq,
})

/** An instance that failed where it was is placed anew. */
export const rescheduled = (instance: Instance): Decision => {
  const reason = instance.reason ?? 'it failed'
  const data = { ...attemptOf(instance), reschedules: instance.reschedules + 1, reason }
  return { draft: { type: 'TaskRescheduled', data }, expect: instance.seq }
}

/** What is on a worker that was given up is given up with it. */
export const lostAttempt = (attempt: Attempt, { name, state }: Worker): Decision => ({
  draft: { type: 'TaskLost', data: { ...attemptOf(attempt), reason: `worker ${name} is ${state}` } },
  expect: instanceOf(attempt).seq,
})
