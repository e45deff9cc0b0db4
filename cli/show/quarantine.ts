import type { QuarantinedSummary } from '#libs/cluster'
import { aggregateAt, type Entry } from '#libs/events'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Connection, StoredMessage } from '#libs/log'
import { orkVersion } from '#libs/runtime'
import { call, list } from '../client/call'
import { type Look, textOf } from '../render/quarantine'

/** A message, and what this release and the running services make of it. */
export interface Examined extends Look {
  readonly entry: Entry
}

/** Looks at a message of the log. Throws OrkFailure where there is none. */
export const examine = async (connection: Connection, sequence: number): Promise<Examined> => {
  const [message, entry, { items }] = await Promise.all([
    connection.log.stored(sequence),
    connection.log.at(sequence),
    list(connection, 'quarantine', {}),
  ])
  if (message === null || entry === null) throw new OrkFailure(noSuchEvent(sequence))
  return { message, entry, reading: readingOf(entry), held: heldOf(connection, message, items) }
}

const heldOf = ({ prefix }: Connection, { seq, subject }: StoredMessage, items: readonly QuarantinedSummary[]) => {
  const aggregate = aggregateAt(subject.slice(prefix.length + 1))
  return items.find((held) => held.aggregate === aggregate && held.seq <= seq && seq <= held.last)
}

const readingOf = ({ event }: Entry): string =>
  event.type === 'Unreadable'
    ? `ork ${orkVersion()} cannot read it: ${event.error.tag}: ${event.error.detail}`
    : `${event.type} of ${event.subject}, written by ${event.source}`

const noSuchEvent = (sequence: number): OrkError =>
  orkError('NoSuchEvent', `the log holds nothing at sequence ${sequence}`, {
    next: '`ork quarantine list` names what is in quarantine by its sequence',
  })

/** For programs. */
export const examinedJson = ({ message, entry, reading, held }: Examined): unknown => ({
  sequence: message.seq,
  subject: message.subject,
  stored: new Date(message.time).toISOString(),
  readable: entry.event.type !== 'Unreadable',
  reading,
  quarantine: held ?? null,
  headers: message.headers,
  text: textOf(message.data),
})

/** Whether this release and the services read a message by now: what to say, or why not. */
export const retried = ({ message, entry, reading, held }: Examined): string => {
  const { seq } = message
  const readable = entry.event.type !== 'Unreadable'
  if (readable && held === undefined) return `sequence ${seq} can be read, and is not in quarantine: ${reading}`
  if (readable) {
    throw new OrkFailure(
      orkError('ServicesOlder', `this release reads it (${reading}), the running services do not`, {
        where: `sequence ${seq}`,
        next: `run ork ${orkVersion()} everywhere: a service that starts with it reads it at its place in the log`,
      }),
    )
  }
  const skipped = held === undefined ? '; it was skipped, and decisions go on without it' : ''
  const next = held === undefined ? {} : { next: skipHint(held) }
  throw new OrkFailure(orkError('StillUnreadable', `${reading}${skipped}`, { where: `sequence ${seq}`, ...next }))
}

const skipHint = ({ seq }: QuarantinedSummary): string =>
  `run the release of ork that wrote it, or go on without it: \`ork quarantine skip ${seq} --reason TEXT\``

/** Has decisions go on without what cannot be read. Throws OrkFailure. */
export const skip = async (connection: Connection, sequence: number, reason: string, actor: string | null) => {
  const reply = await call(connection, 'skip', { sequence, reason, actor })
  const { aggregate, through, seq } = reply
  const what = through === sequence ? `sequence ${sequence}` : `what cannot be read from ${sequence} to ${through}`
  return { reply, said: `decisions about ${aggregate} go on without ${what}; this is on record at sequence ${seq}` }
}
