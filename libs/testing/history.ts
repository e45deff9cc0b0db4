import * as E from 'fp-ts/Either'
import {
  type Cluster,
  emptyCluster,
  evolve,
  findInstance,
  type Instance,
  ignoreChanges,
  lastVersion,
} from '#libs/cluster'
import { type Draft, type Entry, parseEvent, type Stamp, stamp } from '#libs/events'
import type { JobSpec } from '#libs/spec'
import { ofPlacement, on, registered } from './happenings'

/** A log that a test writes by hand: every event goes through JSON and its codec, and is folded as it comes. */
export class History {
  readonly entries: Entry[] = []
  readonly cluster: Cluster = emptyCluster()
  /** Milliseconds since 1970 of the next event. */
  time = Date.parse('2026-01-01T00:00:00Z')

  /** Appends one event and returns it; throws if it would not be readable. */
  add(told: Draft, by: Partial<Stamp> = {}): Entry {
    const seq = this.entries.length + 1
    const draft = ofPlacement(told, this.cluster)
    const event = stamp(draft, { id: `e${seq}`, source: 'manager/test', time: this.time, epoch: 1, ...by })
    const parsed = parseEvent(JSON.stringify(event))
    if (E.isLeft(parsed)) throw new Error(`${draft.type}: ${parsed.left.detail}`)
    const entry: Entry = { seq, event: parsed.right }
    this.entries.push(entry)
    evolve(this.cluster, entry, ignoreChanges)
    return entry
  }

  submit(spec: JobSpec): Entry {
    const version = lastVersion(this.cluster, spec.name) + 1
    return this.add({ type: 'JobSubmitted', data: { job: spec.name, version, reason: null, spec } })
  }

  register(worker: string, cpuMilli?: number): Entry {
    return this.add(registered(worker, cpuMilli))
  }

  /** Places an instance (`web.api.0`) by its next attempt. */
  schedule(id: string, worker: string): Entry {
    const instance = this.instance(id)
    const data = {
      job: instance.task.job.name,
      task: instance.task.name,
      index: instance.index,
      worker,
      attempt: instance.attempt + 1,
      version: instance.task.job.version,
      policy: 'test',
      asOf: this.cluster.seq,
      ports: [],
    }
    return this.add({ type: 'TaskScheduled', data })
  }

  /** What may happen to the current attempt of an instance, as drafts. */
  on(id: string) {
    const { worker, attempt, placedSeq } = this.instance(id)
    return on(id, worker ?? '_', attempt, placedSeq)
  }

  stopJob(job: string, purge = false): Entry {
    return this.add({ type: 'JobStopRequested', data: { job, reason: null, purge } })
  }

  instance(id: string): Instance {
    const [job = '', task = '', index = '0'] = id.split('.')
    const instance = findInstance(this.cluster, job, task, Number(index))
    if (instance === undefined) throw new Error(`no instance ${id}`)
    return instance
  }
}
