import { formatDuration } from '#libs/kernel'

/** The clock and zone a renderer works with; handed in, so that the same input gives the same text. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: number
  /** IANA name; the machine's when absent. */
  readonly zone?: string
}

const formats = new Map<string | undefined, Intl.DateTimeFormat>()

/** Making a format takes longer than a thousand uses of it. */
const formatFor = (zone: string | undefined): Intl.DateTimeFormat => {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(zone === undefined ? {} : { timeZone: zone }),
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    timeZoneName: 'longOffset',
  })
  formats.set(zone, format)
  return format
}

const parts = (time: number, zone: string | undefined): Record<string, string> =>
  Object.fromEntries(
    formatFor(zone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  )

const offsetOf = (name: string | undefined): string => {
  const offset = (name ?? '').replace('GMT', '')
  return offset === '' || offset === '+00:00' ? 'Z' : offset
}

/** `2026-03-01 13:00:00+02:00`: readable, sortable, and what `--from` takes back. */
export const absolute = (time: string, { zone }: Clock): string => {
  const at = parts(Date.parse(time), zone)
  return `${at.year}-${at.month}-${at.day} ${at.hour}:${at.minute}:${at.second}${offsetOf(at.timeZoneName)}`
}

/** `13:00:00.250`, for lines of one stream whose day is told elsewhere. */
export const clockTime = (time: string, { zone }: Clock): string => {
  const ms = Date.parse(time)
  const at = parts(ms, zone)
  return `${at.hour}:${at.minute}:${at.second}.${String(ms % 1000).padStart(3, '0')}`
}

/** `4m10s ago`, `in 5s`, `just now`. */
export const relative = (time: string, { now }: Clock): string => {
  const ms = now - Date.parse(time)
  if (Math.abs(ms) < 1000) return 'just now'
  return ms > 0 ? `${age(ms)} ago` : `in ${age(-ms)}`
}

/** `4m10s ago (2026-03-01 13:00:00+02:00)` */
export const relativeAndAbsolute = (time: string, clock: Clock): string =>
  `${relative(time, clock)} (${absolute(time, clock)})`

/** `2026-03-01 +02:00`: the day and the zone that clock times belong to. */
export const dayAndZone = (time: string, { zone }: Clock): string => {
  const at = parts(Date.parse(time), zone)
  return `${at.year}-${at.month}-${at.day} ${offsetOf(at.timeZoneName).replace('Z', 'UTC')}`
}

/** A duration in whole seconds at least. */
export const age = (ms: number): string => formatDuration(Math.floor(ms / 1000) * 1000)
