import type { Entry, EventType, OrkEvent, Unreadable } from '#libs/events'
import type { Colours } from '../output'
import { escapeText } from './escape'
import { sentenceOf } from './sentence'
import { type Clock, clockTime, dayAndZone } from './time'

export interface EventLook extends Clock {
  readonly colours: Colours
}

/** Whether an event is good news, bad news or the run of things; decides its colour. */
const moodOf = (type: EventType): 'good' | 'bad' | 'warning' | 'plain' | 'faint' => {
  switch (type) {
    case 'TaskStarted':
    case 'TaskCompleted':
    case 'JobCompleted':
    case 'WorkerReturned':
      return 'good'
    case 'TaskFailed':
    case 'TaskLost':
    case 'JobFailed':
    case 'WorkerLost':
    case 'EventQuarantined':
      return 'bad'
    case 'TaskUnplaceable':
    case 'TaskRejected':
    case 'TaskExited':
    case 'TaskRestarting':
    case 'TaskRescheduled':
    case 'WorkerSuspected':
    case 'WorkerLeft':
      return 'warning'
    case 'TaskPulling':
    case 'WorkerHeartbeat':
      return 'faint'
    default:
      return 'plain'
  }
}

const painter = (colours: Colours, type: EventType): ((text: string) => string) => {
  switch (moodOf(type)) {
    case 'good':
      return colours.green
    case 'bad':
      return colours.red
    case 'warning':
      return colours.yellow
    case 'faint':
      return colours.dim
    case 'plain':
      return (text) => text
  }
}

/** `  4711  13:00:00.250  web.api.0  is placed on w1 as attempt 1 (version 1)` */
export const eventLine = ({ seq, event }: Entry, look: EventLook): string => {
  const place = look.colours.dim(String(seq).padStart(7))
  if (event.type === 'Unreadable') return `${place}  ${unreadable(event, look.colours)}`
  return `${place}  ${happening(event, look)}`
}

/** The same for a sign of life, which has no place in the order of the events. */
export const heartbeatLine = (event: OrkEvent, look: EventLook): string =>
  `${' '.repeat(6)}${look.colours.dim('~')}  ${happening(event, look)}`

/** The line without its sequence. */
const happening = (event: OrkEvent, look: EventLook): string => {
  const time = look.colours.dim(clockTime(event.time, look))
  const paint = painter(look.colours, event.type)
  return `${time}  ${look.colours.bold(escapeText(event.subject))}  ${paint(escapeText(sentenceOf(event)))}`
}

const unreadable = ({ path, error }: Unreadable, colours: Colours): string =>
  `${colours.bold(escapeText(path))}  ${colours.red(escapeText(`cannot be read: ${error.tag}: ${error.detail}`))}`

/** An entry as one JSON object: the CloudEvent as it is stored, with its sequence. */
export const eventJson = ({ seq, event }: Entry): Record<string, unknown> => ({ ...event, sequence: seq })

/** The day that the times below it belong to: `-- 2026-03-01 +02:00 --`. */
export const dayLine = (time: string, look: EventLook): string => look.colours.dim(`-- ${dayAndZone(time, look)} --`)
