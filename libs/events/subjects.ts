import { type InstanceRef, instanceId } from '#libs/kernel'
import type { Topic } from './define'
import { EVENTS, type OrkEvent } from './registry'

/** First token of every subject, unless configured otherwise. */
export const DEFAULT_PREFIX = 'ork'

/** An event's place in the tree of subjects, without the prefix and the type. */
interface Place {
  /** The aggregate, as people write it: CloudEvents' `subject`. */
  readonly about: string
  /** NATS subject without prefix. */
  readonly path: string
  /** Compare-and-set filter without prefix. */
  readonly filter: string
}

type Placed = Pick<OrkEvent, 'type' | 'data'>

const place = (event: Placed): Place => {
  const data = event.data as { job: string; task: string; index: number; worker?: string; role?: string; name: string }
  switch (EVENTS[event.type].topic) {
    case 'job':
      return at(data.job, `events.job.${data.job}`, event.type)
    case 'task': {
      const filter = `events.task.${data.job}.${data.task}.${data.index}.>`
      return { about: instanceId(data), path: taskPath(event.type, data), filter }
    }
    case 'worker':
      return at(data.worker ?? '', `events.worker.${data.worker}`, event.type)
    case 'control': {
      const role = data.role ?? EVENTS[event.type].owner
      return at(role, `events.control.${role}`, event.type)
    }
    case 'heartbeat':
      return { about: data.worker ?? '', path: `heartbeats.${data.worker}`, filter: `heartbeats.${data.worker}` }
  }
}

const taskPath = (type: string, data: InstanceRef & { readonly worker?: string }): string =>
  `events.task.${data.job}.${data.task}.${data.index}.${data.worker ?? '_'}.${type}`

const at = (about: string, base: string, type: string): Place => ({
  about,
  path: `${base}.${type}`,
  filter: `${base}.>`,
})

/** The NATS subject an event is published on, e.g. `ork.events.task.web.api.0.w1.TaskStarted`. */
export const subjectOf = (prefix: string, event: Placed): string => `${prefix}.${place(event).path}`

/**
 * The filter under which the whole history of an event's aggregate stands, e.g. `ork.events.task.web.api.0.>`, and the
 * one string that compare-and-set is done with. Always exactly this string: the server keys writes in flight by it.
 */
export const filterOf = (prefix: string, event: Placed): string => `${prefix}.${place(event).filter}`

/** The aggregate's name among all of them: its filter without prefix and wildcard, e.g. `events.task.web.api.0`. */
export const aggregateOf = (event: Placed): string => aggregateAt(place(event).path)

/** The aggregate that a path (a subject without prefix) stands in, whatever the event there may say. */
export const aggregateAt = (path: string): string => {
  const tokens = path.split('.')
  return tokens.slice(0, tokens[1] === 'task' ? 5 : 3).join('.')
}

/** An event's subject without prefix, e.g. `events.task.web.api.0.w1.TaskStarted`. */
export const pathOf = (event: Placed): string =>
  EVENTS[event.type].topic === 'task'
    ? taskPath(event.type, event.data as InstanceRef) // every stored event is asked: most are of tasks
    : place(event).path

/** CloudEvents' `subject`: what the event is about, e.g. `web.api.0`. */
export const aboutOf = (event: Placed): string => place(event).about

/** What a person may ask for when following events; absent parts match all. */
export interface SubjectQuery {
  /** Only what is about jobs as a whole, instances, workers, or the services. */
  readonly topic?: Exclude<Topic, 'heartbeat'>
  readonly job?: string
  readonly task?: string
  readonly index?: number
  readonly worker?: string
  readonly type?: string
}

/**
 * The subjects that together hold what a query asks for, as filters for one consumer; they never overlap. There is
 * always one, since a consumer without any would get everything: a query that contradicts itself (`job` and the topic
 * `worker`) gets a subject that nobody writes to.
 */
export const filtersFor = (prefix: string, query: SubjectQuery): readonly string[] => {
  const { job = '*', task = '*', worker = '*', type = '*' } = query
  const inTask = query.task !== undefined || query.index !== undefined
  const filters: [Topic, string][] = [
    ['task', `${prefix}.events.task.${job}.${task}.${query.index ?? '*'}.${worker}.${type}`],
  ]
  if (!inTask && query.worker === undefined) filters.push(['job', `${prefix}.events.job.${job}.${type}`])
  if (!inTask && query.job === undefined) filters.push(['worker', `${prefix}.events.worker.${worker}.${type}`])
  if (!inTask && query.job === undefined && query.worker === undefined)
    filters.push(['control', `${prefix}.events.control.*.${type}`])
  const wanted = filters.filter(([topic]) => query.topic === undefined || query.topic === topic)
  return wanted.length === 0 ? [`${prefix}.events.nothing`] : wanted.map(([, filter]) => filter)
}
