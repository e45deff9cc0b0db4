import { type Draft, type OrkEvent, stamp } from '#libs/events'

let made = 0

/** An event of a draft, with an id of its own. */
export const eventOf = (draft: Draft, more: { readonly id?: string; readonly epoch?: number } = {}): OrkEvent => {
  made += 1
  const id = more.id ?? `${process.pid}-${process.hrtime.bigint()}-${made}`
  return stamp(draft, { id, source: 'manager/m1', time: Date.now(), epoch: more.epoch ?? 1 })
}

/** A decision about instance `job.api.index`. */
export const aDecision = (index: number, job = 'web', id?: string): OrkEvent => {
  const data = { job, task: 'api', index, worker: 'w1', attempt: 1, placement: 1, reason: 'worker is lost' }
  return eventOf({ type: 'TaskLost', data }, id === undefined ? {} : { id })
}

/** A fact about instance `job.api.index`, told by a worker. */
export const aFact = (index: number, job = 'web', worker = 'w1', id?: string): OrkEvent => {
  const data = { job, task: 'api', index, worker, attempt: 1, placement: 1 }
  return eventOf({ type: 'TaskCompleted', data }, id === undefined ? {} : { id })
}

/** A user's wish for a job to stop. */
export const aWish = (job: string, reason: string | null = null): OrkEvent =>
  eventOf({ type: 'JobStopRequested', data: { job, reason, purge: false } })

/** A worker's farewell: one of the smallest events. */
export const aFarewell = (worker: string): OrkEvent => eventOf({ type: 'WorkerLeft', data: { worker } })

/** A sign of life of a worker; `seq` tells them apart. */
export const aBeat = (worker: string, seq: number): OrkEvent => {
  const none = { cpuMilli: 0, memoryBytes: 0, diskBytes: 0 }
  return eventOf({
    type: 'WorkerHeartbeat',
    data: { worker, seq, capacity: none, reserved: none, used: none, containers: [], troubles: [] },
  })
}
