import type { QuarantinedSummary } from '#libs/cluster'
import { formatBytes } from '#libs/kernel'
import type { StoredMessage } from '#libs/log'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { count } from './sentence'
import { type Cell, renderPairs, renderTable } from './table'
import { relative, relativeAndAbsolute } from './time'

/** A line for each aggregate of which something cannot be read. */
export const renderQuarantined = (held: readonly QuarantinedSummary[], look: EventLook): string =>
  renderTable(
    ['SEQUENCE', 'EVENTS', 'OF', 'DECISIONS', 'SINCE', 'REASON'],
    held.map(({ seq, count: events, aggregate, frozen, since, reason }): (Cell | string)[] => [
      { text: String(seq), align: 'right' },
      { text: String(events), align: 'right' },
      aggregate,
      frozen ? { text: 'held back', paint: look.colours.red } : 'go on',
      since === null ? 'just now' : relative(since, look),
      reason,
    ]),
    'nothing is in quarantine: every event of the log can be read',
  )

/** What one message comes to for this release. */
export interface Look {
  readonly message: StoredMessage
  /** `a JobScaled`, or why it is none; in words. */
  readonly reading: string
  readonly held: QuarantinedSummary | undefined
}

/** A stored message as it is: where it stands, what is wrong with it, and every byte of it, made harmless. */
export const renderMessage = ({ message, reading, held }: Look, look: EventLook): string => {
  const { seq, subject, time, data, headers } = message
  const head = renderPairs([
    ['Sequence', look.colours.bold(String(seq))],
    ['Subject', escapeText(subject)],
    ['Stored', relativeAndAbsolute(new Date(time).toISOString(), look)],
    ['Size', formatBytes(data.length)],
    ['Reads as', escapeText(reading)],
    ['Quarantine', held === undefined ? 'no' : escapeText(quarantineOf(held, look))],
    ...headerPairs(headers),
  ])
  return `${head}\n\n${escapeText(pretty(data), 'lines')}`
}

const quarantineOf = ({ aggregate, count: events, seq, last, frozen, since }: QuarantinedSummary, look: EventLook) => {
  const which = events === 1 ? `sequence ${seq}` : `${count(events, 'event')}, from ${seq} to ${last}`
  const when = since === null ? '' : `, ${relative(since, look)}`
  return `${aggregate}: ${which}${when}; decisions about it ${frozen ? 'are held back' : 'go on'}`
}

/** The header block's lines but its first, which is the protocol's. */
const headerPairs = (headers: string): (readonly [string, string])[] =>
  headers
    .split('\r\n')
    .slice(1)
    .filter((line) => line !== '')
    .map((line) => ['Header', escapeText(line)] as const)

/** JSON in lines, anything else as it is. */
const pretty = (data: Uint8Array): string => {
  const text = textOf(data)
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text === '' ? '(empty)' : text
  }
}

export const textOf = (data: Uint8Array): string => Buffer.from(data).toString('utf8')
