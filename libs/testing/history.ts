import * as E from 'fp-ts/Either'
import { type Cluster, emptyCluster, evolve, findInstance, type Instance, ignoreChanges } from '#libs/cluster'
import { type Draft, type Entry, parseEvent, type Stamp, stamp } from '#libs/events'
import { instanceId } from '#libs/kernel'
import type { JobSpec, TaskSpec } from '#libs/spec'

/** A task that asks for little and restarts at once; `but` is laid over it. */
export const taskSpec = (but: Partial<TaskSpec> = {}): TaskSpec => ({
  name: 'api',
  driver: 'docker',
  image: 'busybox:1',
  env: {},
  replicas: 1,
  resources: { cpuMilli: 100, memoryBytes: 100, diskBytes: 0 },
  ports: [],
  restart: { policy: 'always', attempts: null, delayMs: 0, backoff: 2, maxDelayMs: 60_000, resetAfterMs: 60_000 },
  stop: { signal: 'SIGTERM', graceMs: 10_000 },
  ...but,
})

export const jobSpec = (
  name: string,
  tasks: readonly TaskSpec[] = [taskSpec()],
  kind: JobSpec['kind'] = 'service',
) => ({
  name,
  kind,
  tasks,
})

/** A log that a test writes by hand: every event goes through JSON and its codec, and is folded as it comes. */
export class History {
  readonly entries: Entry[] = []
  readonly cluster: Cluster = emptyCluster()
  /** Milliseconds since 1970 of the next event. */
  time = Date.parse('2026-01-01T00:00:00Z')

  /** Appends one event and returns it; throws if it would not be readable. */
  add(draft: Draft, by: Partial<Stamp> = {}): Entry {
    const seq = this.entries.length + 1
    const event = stamp(draft, { id: `e${seq}`, source: 'manager/test', time: this.time, epoch: 1, ...by })
    const parsed = parseEvent(JSON.stringify(event))
    if (E.isLeft(parsed)) throw new Error(`${draft.type}: ${parsed.left.detail}`)
    const entry: Entry = { seq, event: parsed.right }
    this.entries.push(entry)
    evolve(this.cluster, entry, ignoreChanges)
    return entry
  }

  submit(spec: JobSpec): Entry {
    const version = (this.cluster.jobs.get(spec.name)?.version ?? 0) + 1
    return this.add({ type: 'JobSubmitted', data: { job: spec.name, version, spec } })
  }

  register(worker: string, capacity = { cpuMilli: 4_000, memoryBytes: 4_000, diskBytes: 4_000 }): Entry {
    const data = { worker, capacity, labels: {}, drivers: ['docker' as const], version: '0.1.0', host: worker }
    return this.add({ type: 'WorkerRegistered', data })
  }

  /** Places an instance (`web.api.0`) by its next attempt. */
  schedule(id: string, worker: string): Entry {
    const instance = this.instance(id)
    const data = {
      ...refOf(instance),
      worker,
      attempt: instance.attempt + 1,
      version: instance.task.job.version,
      policy: 'test',
      asOf: this.cluster.seq,
    }
    return this.add({ type: 'TaskScheduled', data })
  }

  /** The container of an instance's current attempt runs. */
  started(id: string): Entry {
    return this.add({ type: 'TaskStarted', data: { ...this.attempt(id), container: `c-${id}`, ports: [] } })
  }

  exited(id: string, exitCode: number): Entry {
    return this.add({
      type: 'TaskExited',
      data: { ...this.attempt(id), exitCode, signal: null, oomKilled: false },
    })
  }

  stopped(id: string): Entry {
    return this.add({ type: 'TaskStopped', data: { ...this.attempt(id), exitCode: 0, signal: null } })
  }

  lost(id: string): Entry {
    return this.add({ type: 'TaskLost', data: { ...this.attempt(id), reason: 'the worker is lost' } })
  }

  stopJob(job: string): Entry {
    return this.add({ type: 'JobStopRequested', data: { job, reason: null } })
  }

  instance(id: string): Instance {
    const [job = '', task = '', index = '0'] = id.split('.')
    const instance = findInstance(this.cluster, job, task, Number(index))
    if (instance === undefined) throw new Error(`no instance ${id}`)
    return instance
  }

  /** The fields that name the current attempt of an instance in every event about it. */
  attempt(id: string) {
    const instance = this.instance(id)
    return { ...refOf(instance), worker: instance.worker ?? '_', attempt: instance.attempt }
  }
}

const refOf = (instance: Instance) => ({
  job: instance.task.job.name,
  task: instance.task.name,
  index: instance.index,
})

export const idOf = (instance: Instance): string => instanceId(refOf(instance))
