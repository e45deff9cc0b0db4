import { type InstanceRef, instanceId } from '#libs/kernel'
import type { Topic } from './define'
import { EVENTS, type OrkEvent } from './registry'

/** First token of every subject, unless configured otherwise. */
export const DEFAULT_PREFIX = 'ork'

type Placed = Pick<OrkEvent, 'type' | 'data'>

/** The fields that say what an event is about; which of them are there depends on its topic. */
type Names = InstanceRef & { readonly worker?: string; readonly role?: string }

/** Where an event stands in the tree of subjects. */
interface Address {
  readonly subject: string
  /** Compare-and-set filter of its aggregate. */
  readonly filter: string
}

/** `root`: what comes before, with its dot; empty for none. */
const addressUnder = (root: string, event: Placed): Address => {
  switch (EVENTS[event.type].topic) {
    case 'task': {
      const base = taskBase(root, event)
      return { subject: taskSubject(base, event), filter: `${base}>` }
    }
    case 'job':
    case 'worker':
    case 'control': {
      const base = `${root}events.${EVENTS[event.type].topic}.${aboutOf(event)}.`
      return { subject: `${base}${event.type}`, filter: `${base}>` }
    }
    case 'heartbeat': {
      const subject = `${root}heartbeats.${(event.data as Names).worker}`
      return { subject, filter: subject }
    }
  }
}

const taskBase = (root: string, { data }: Placed): string => {
  const { job, task, index } = data as Names
  return `${root}events.task.${job}.${task}.${index}.`
}

const taskSubject = (base: string, { type, data }: Placed): string => `${base}${(data as Names).worker ?? '_'}.${type}`

/** An event's subject and its aggregate's filter, for one look at the event. */
export const addressOf = (prefix: string, event: Placed): Address => addressUnder(`${prefix}.`, event)

/** The NATS subject an event is published on, e.g. `ork.events.task.web.api.0.w1.TaskStarted`. */
export const subjectOf = (prefix: string, event: Placed): string => addressOf(prefix, event).subject

/**
 * The filter under which the whole history of an event's aggregate stands, e.g. `ork.events.task.web.api.0.>`, and the
 * one string that compare-and-set is done with. Always exactly this string: the server keys writes in flight by it.
 */
export const filterOf = (prefix: string, event: Placed): string => addressOf(prefix, event).filter

/** The aggregate's name among all of them: its filter without prefix and wildcard, e.g. `events.task.web.api.0`. */
export const aggregateOf = (event: Placed): string => aggregateAt(pathOf(event))

/** The aggregate that a path (a subject without prefix) stands in, whatever the event there may say. */
export const aggregateAt = (path: string): string => {
  const tokens = path.split('.')
  return tokens.slice(0, tokens[1] === 'task' ? 5 : 3).join('.')
}

/** An event's subject without prefix, e.g. `events.task.web.api.0.w1.TaskStarted`. */
export const pathOf = (event: Placed): string =>
  EVENTS[event.type].topic === 'task'
    ? taskSubject(taskBase('', event), event) // every stored event is asked: most are of tasks
    : addressUnder('', event).subject

/** CloudEvents' `subject`: what the event is about, e.g. `web.api.0`. */
export const aboutOf = (event: Placed): string => {
  const names = event.data as Names
  switch (EVENTS[event.type].topic) {
    case 'job':
      return names.job
    case 'task':
      return instanceId(names)
    case 'worker':
    case 'heartbeat':
      return names.worker ?? ''
    case 'control':
      return names.role ?? EVENTS[event.type].owner
  }
}

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
