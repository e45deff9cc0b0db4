import * as E from 'fp-ts/Either'
import { aboutOf, decodeEvent, isEventType, type OrkEvent, parseEvent, subjectOf } from '#libs/events'
import { isName, OrkFailure, orkError } from '#libs/kernel'
import type { StoredMessage } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { redactSpec } from './spec'
import type { Words } from './words'

/** Texts of events that are not of anybody's making: one of a few words each. */
const CHOICES = new Set([
  'role',
  'policy',
  'driver',
  'drivers',
  'silentDrivers',
  'signal',
  'health',
  'version',
  'stage',
])
/** Texts that ork puts together, of its own words and of names. */
const SENTENCES = new Set(['reason', 'reasons', 'subject', 'detail', 'error', 'message'])

/** Those of them that somebody who asks for something names, and does not write. */
const PATHS = new Set(['subject'])

/** Maps by what somebody has named. */
const NAMED = new Set(['labels', 'devices', 'params'])

/** The names that an event brings into the log. */
export const namesIn = (event: OrkEvent): string[] => {
  const texts: string[] = []
  collect(event.data, texts)
  return [...texts, event.source.slice(event.source.indexOf('/') + 1)].filter((text) => isName(text))
}

const collect = (value: unknown, texts: string[]): void => {
  if (typeof value === 'string') texts.push(value)
  else if (typeof value === 'object' && value !== null) for (const inner of Object.values(value)) collect(inner, texts)
}

/** A message of the log in other words. What cannot be read says nothing but that, in the same place. Throws OrkFailure. */
export const redactMessage = (message: StoredMessage, prefix: string, words: Words): StoredMessage => {
  const event = parseEvent(Buffer.from(message.data).toString('utf8'))
  if (E.isLeft(event)) {
    const subject = pathInOtherWords(message.subject, words)
    return { ...message, subject, headers: '', data: Buffer.from('{"redacted":true}') }
  }
  const redacted = redactEvent(event.right, words)
  return { ...message, subject: subjectOf(prefix, redacted), headers: '', data: Buffer.from(JSON.stringify(redacted)) }
}

/** The same event with every name and text that somebody wrote in other words; what it means stays. */
export const redactEvent = (event: OrkEvent, words: Words): OrkEvent => {
  const [role = '', name = ''] = event.source.split('/')
  const { causationid, actor } = event
  const changed = {
    ...event,
    id: words.name(event.id),
    source: `${role}/${words.name(name)}`,
    ...(causationid === undefined ? {} : { causationid: words.name(causationid) }),
    ...(actor === undefined ? {} : { actor: words.name(actor) }),
    // A reason that somebody gave is theirs, to the last word.
    data: redactData('', event.data, words, actor === undefined ? SENTENCES : PATHS),
  } as OrkEvent
  const redacted = { ...changed, subject: aboutOf(changed) } as OrkEvent
  const checked = decodeEvent(redacted)
  if (E.isRight(checked)) return redacted
  throw new OrkFailure(
    orkError('NotRedacted', `${event.type} cannot be put in other words: ${checked.left.detail}`, {
      next: 'this is a fault in ork; `ork bundle` without --redact works',
    }),
  )
}

const redactData = (key: string, value: unknown, words: Words, sentences: ReadonlySet<string>): unknown => {
  if (typeof value === 'string') {
    if (CHOICES.has(key)) return value
    return sentences.has(key) ? words.sentence(value) : words.name(value)
  }
  if (Array.isArray(value)) return value.map((inner) => redactData(key, inner, words, sentences))
  if (typeof value !== 'object' || value === null) return value
  if (key === 'platform') return value
  if (key === 'spec') return redactSpec(value as JobSpec, words)
  const named = NAMED.has(key)
  const isMap = named || key === 'engines'
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      named ? words.name(name) : name,
      redactData(isMap ? '' : name, inner, words, sentences),
    ]),
  )
}

/** `ork.events.task.web.api.0.w1.TaskStarted`: what stands for names stands in the middle. */
const pathInOtherWords = (subject: string, words: Words): string =>
  subject
    .split('.')
    .map((token, at) => (at < 3 || /^(\d+|_)$/.test(token) || isEventType(token) ? token : words.name(token)))
    .join('.')
