import type { Decision, Instance } from '#libs/cluster'

/** The fields that name an attempt in every event about it. */
const attemptOf = (instance: Instance) => ({
  job: instance.task.job.name,
  task: instance.task.name,
  index: instance.index,
  worker: instance.worker ?? '_',
  attempt: instance.attempt,
  placement: instance.placedSeq,
})

export const stopRequest = (instance: Instance, reason: string): Decision => ({
  draft: { type: 'TaskStopRequested', data: { ...attemptOf(instance), reason } },
  expect: instance.seq,
})

export const lostAttempt = (instance: Instance): Decision => ({
  draft: { type: 'TaskLost', data: { ...attemptOf(instance), reason: `worker ${instance.worker} is lost` } },
  expect: instance.seq,
})
