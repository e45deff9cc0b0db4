import * as E from 'fp-ts/Either'
import type * as t from 'io-ts'
import { causeText } from '#libs/kernel'
import type { EventDefinition, Role } from './define'
import { type DataOf, EVENTS, type EventType, isEventType, type OrkEvent } from './registry'
import { aboutOf } from './subjects'

/** An event as chosen by a core: what happened, not yet who, when and under which id. */
export type Draft<T extends EventType = EventType> = { [K in T]: { readonly type: K; readonly data: DataOf<K> } }[T]

/** What the shell adds to a draft. `time` in milliseconds since 1970. */
export interface Stamp {
  readonly id: string
  readonly source: `${Role}/${string}`
  readonly time: number
  readonly epoch?: number
  readonly actor?: string
  readonly causationid?: string
}

/** Makes an event of a draft. The fields come in one order, so that the JSON of equal events is equal. */
export const stamp = (draft: Draft, by: Stamp): OrkEvent => {
  const event: Record<string, unknown> = {
    specversion: '1.0',
    id: by.id,
    source: by.source,
    type: draft.type,
    subject: aboutOf(draft as OrkEvent),
    time: new Date(by.time).toISOString(),
    schemaversion: EVENTS[draft.type].version,
  }
  if (by.causationid !== undefined) event.causationid = by.causationid
  if (by.actor !== undefined) event.actor = by.actor
  if (by.epoch !== undefined) event.epoch = by.epoch
  event.data = draft.data
  return event as unknown as OrkEvent
}

/** Why a stored message is not an event of ours. */
export interface DecodeError {
  readonly tag: 'NotJson' | 'NotAnEvent' | 'UnknownType' | 'UnknownVersion' | 'BadData' | 'WrongPlace'
  readonly detail: string
}

const failure = (tag: DecodeError['tag'], detail: string): E.Either<DecodeError, never> => E.left({ tag, detail })

const isEnvelope = (u: unknown): u is OrkEvent => {
  if (typeof u !== 'object' || u === null) return false
  const e = u as Partial<Record<keyof OrkEvent, unknown>>
  return (
    e.specversion === '1.0' &&
    typeof e.id === 'string' &&
    typeof e.source === 'string' &&
    typeof e.type === 'string' &&
    typeof e.subject === 'string' &&
    isTime(e.time) &&
    typeof e.schemaversion === 'number' &&
    (e.epoch === undefined || (Number.isSafeInteger(e.epoch) && Number(e.epoch) >= 0)) &&
    isTextOrAbsent(e.actor) &&
    isTextOrAbsent(e.causationid)
  )
}

const isTextOrAbsent = (u: unknown): boolean => u === undefined || typeof u === 'string'

const TIME = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?Z$/

/** RFC 3339 in UTC. Folds compute with it: a time that is none would surface much later, as `Invalid time value`. */
const isTime = (u: unknown): boolean => typeof u === 'string' && TIME.test(u)

/**
 * Reads one event: looked up by (type, schemaversion), checked, and brought to today's version. Never throws and never
 * tries one codec after another. A decision without an epoch is bad data: it could not be fenced.
 */
export const decodeEvent = (json: unknown): E.Either<DecodeError, OrkEvent> => {
  if (!isEnvelope(json)) return failure('NotAnEvent', 'not a CloudEvents 1.0 envelope with a schemaversion')
  if (!isEventType(json.type)) return failure('UnknownType', `type "${json.type}" is not known to this version of ork`)
  return decodeAs(EVENTS[json.type], json)
}

type Definition = Pick<EventDefinition<string, unknown>, 'nature' | 'version' | 'older'> & { readonly data: t.Mixed }

/** Reads an envelope as an event of one definition; of an older version by way of every one between. */
export const decodeAs = (definition: Definition, event: OrkEvent): E.Either<DecodeError, OrkEvent> => {
  if (definition.nature === 'decision' && event.epoch === undefined) {
    return failure('BadData', `${event.type} is a decision and has no epoch`)
  }
  if (event.schemaversion !== definition.version) return upcast(definition, event)
  return definition.data.is(event.data) ? E.right(event) : failure('BadData', explain(definition.data, event.data))
}

const upcast = (definition: Definition, event: OrkEvent): E.Either<DecodeError, OrkEvent> => {
  const { version: newest, older } = definition
  if (older[event.schemaversion] === undefined) {
    return failure('UnknownVersion', `${event.type} version ${event.schemaversion}; this ork reads up to ${newest}`)
  }
  let data: unknown = event.data
  for (let version = event.schemaversion; version < newest; version += 1) {
    const from = older[version]
    if (from === undefined) return failure('UnknownVersion', `${event.type} version ${version} has no upcaster`)
    if (!from.data.is(data)) return failure('BadData', explain(from.data, data))
    data = from.upcast(data as never)
  }
  if (!definition.data.is(data)) return failure('BadData', explain(definition.data, data))
  return E.right({ ...event, schemaversion: newest, data } as OrkEvent)
}

/** The paths at which data differs from its codec, e.g. `data.index: Count, found -1`. */
const explain = (codec: t.Mixed, data: unknown): string => {
  const result = codec.decode(data)
  if (E.isRight(result)) return 'does not match'
  const errors = result.left.slice(0, 3).map(({ context, value }) => {
    const path = context.map(({ key }) => key).filter((key) => key !== '')
    const found = JSON.stringify(value) ?? 'nothing'
    return `data.${path.join('.')}: expected ${context.at(-1)?.type.name ?? 'something else'}, found ${found.slice(0, 80)}`
  })
  return errors.join('; ')
}

/** Reads one stored message's bytes or text. */
export const parseEvent = (text: string): E.Either<DecodeError, OrkEvent> => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    return failure('NotJson', causeText(cause))
  }
  return decodeEvent(json)
}
