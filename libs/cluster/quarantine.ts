import { aggregateAt, aggregateOf, EVENTS, type EventOf, isEventType, type Unreadable } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import type { Decision } from './decider'
import { holderOf, ignoreIllegal, moveSeq } from './ignore'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import { findInstance } from './queries'

/** Characters. What is wrong with an event may quote it, and it may be as large as a message can be. */
const MAX_REASON = 500

/** Holds an event that cannot be read against its aggregate; of several the first is told, and how many there are. */
export const quarantine = (cluster: Cluster, seq: number, event: Unreadable): void => {
  const aggregate = aggregateAt(event.path)
  moveSeq(cluster, aggregate, seq)
  if (isOfNoConcern(cluster, event.path)) return ignoreIllegal(cluster)
  const held = cluster.quarantined.get(aggregate)
  if (held !== undefined) {
    held.last = seq
    held.count += 1
    return
  }
  const reason = `${event.error.tag}: ${event.error.detail}`.slice(0, MAX_REASON)
  cluster.quarantined.set(aggregate, { seq, last: seq, count: 1, reason, since: null })
}

/**
 * A fact about an instance, told by a worker that does not have it, changes nothing whatever it may say: a worker that
 * tells nonsense holds back only what it runs itself.
 */
const isOfNoConcern = (cluster: Cluster, path: string): boolean => {
  const [, topic, job = '', task = '', index, worker, type = ''] = path.split('.')
  if (topic !== 'task' || !isEventType(type) || EVENTS[type].nature !== 'fact') return false
  return findInstance(cluster, job, task, Number(index))?.worker !== worker
}

/** The manager has put it on record. */
export const record = (cluster: Cluster, { data, time }: EventOf<'EventQuarantined'>): void => {
  const held = cluster.quarantined.get(data.subject)
  if (held?.seq === data.sequence) held.since = Date.parse(time)
}

/**
 * The aggregate takes decisions again, unless more has come that the operator had not seen. A fold of a release that
 * could read all of it has nothing to lift.
 */
export const lift = (cluster: Cluster, { data }: EventOf<'QuarantineLifted'>, changes: Changes): void => {
  const held = cluster.quarantined.get(data.subject)
  if (held === undefined || held.last > data.through) return
  cluster.quarantined.delete(data.subject)
  holderOf(cluster, data.subject)?.tell(changes) // decisions about it may have been held back
}

/**
 * Whether nothing is to be decided about an aggregate, since it could rest on a misunderstanding. Never so of what the
 * services say of themselves: a role must be able to elect its leader, and the manager to put on record and to lift.
 */
export const isFrozen = (cluster: Cluster, aggregate: string): boolean =>
  cluster.quarantined.size > 0 && cluster.quarantined.has(aggregate) && !aggregate.startsWith('events.control.')

/** Of what is decided, that which may be: who counted on the rest would wait for what nobody writes. */
export const withoutFrozen = (cluster: Cluster, decisions: readonly Decision[]): readonly Decision[] =>
  cluster.quarantined.size === 0 ? decisions : decisions.filter(({ draft }) => !isFrozen(cluster, aggregateOf(draft)))

/** What a command about a frozen aggregate is answered with; null when it may go on. */
export const frozenError = (cluster: Cluster, aggregate: string): OrkError | null => {
  const held = isFrozen(cluster, aggregate) ? cluster.quarantined.get(aggregate) : undefined
  if (held === undefined) return null
  return orkError('Quarantined', `nothing is decided about this, since an event of it cannot be read: ${held.reason}`, {
    where: `${aggregate} at sequence ${held.seq}`,
    next: `upgrade ork to a release that knows the event, or look at it with \`ork quarantine show ${held.seq}\``,
  })
}
