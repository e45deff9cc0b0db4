import type { Cluster } from '#libs/cluster'
import { type Draft, type OrkEvent, stamp } from '#libs/events'

/** What an event of a later release is about. */
export type About = 'job' | 'instance' | 'worker'

/** A version of the events' form that no release of today knows. */
const LATER_VERSION = 99

/** An event as only a later release can read it, about one of what there is; null where there is nothing of the kind. */
export const eventOfLaterRelease = (truth: Cluster, about: About, place: number, time: number): OrkEvent | null => {
  const draft = draftAbout(truth, about, place)
  if (draft === null) return null
  const event = stamp(draft, { id: `later-${truth.seq}`, source: 'manager/later', time, epoch: 1 })
  return { ...event, schemaversion: LATER_VERSION }
}

const draftAbout = (truth: Cluster, about: About, place: number): Draft | null => {
  const one = <T>(items: readonly T[]): T | undefined => items[place % Math.max(1, items.length)]
  const reason = 'of a later release'
  switch (about) {
    case 'job': {
      const job = one([...truth.jobs.keys()])
      return job === undefined ? null : { type: 'JobStopRequested', data: { job, reason, purge: false } }
    }
    case 'worker': {
      const worker = one([...truth.workers.keys()])
      return worker === undefined ? null : { type: 'WorkerCordoned', data: { worker, reason } }
    }
    case 'instance': {
      const tasks = [...truth.jobs.values()].flatMap((job) => [...job.tasks.values()])
      const found = one(tasks.flatMap(({ instances }) => [...instances]).filter(({ worker }) => worker !== null))
      if (found === undefined) return null
      const { task, index, worker, attempt, placedSeq: placement } = found
      const data = { job: task.job.name, task: task.name, index, worker: worker ?? '', attempt, placement, reason }
      return { type: 'TaskStopRequested', data }
    }
  }
}
