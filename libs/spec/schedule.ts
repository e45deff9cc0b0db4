import { Cron } from 'croner'
import type { CronSpec } from './model'

type When = Pick<CronSpec, 'schedule' | 'timeZone'>

/** Making one takes longer than finding a time with it. */
const known = new Map<string, Cron>()
const MAX_KNOWN = 1_000

const cronOf = (schedule: string, timeZone: string): Cron => {
  const key = `${schedule} ${timeZone}`
  const made = known.get(key) ?? new Cron(schedule, { timezone: timeZone, mode: '5-part' })
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(key, made)
  return made
}

/**
 * The first time of a schedule after another one; milliseconds since 1970, null: there is none, or nothing here knows
 * such a schedule. Where clocks go forward, what falls into the gap comes right after it; where they go back, a time of
 * day comes once, and what comes every so often goes on.
 */
export const nextTime = ({ schedule, timeZone }: When, after: number): number | null => {
  if (schedule === undefined) return null
  try {
    return cronOf(schedule, timeZone).nextRun(new Date(after))?.getTime() ?? null
  } catch {
    return null // of a job that was not checked by `scheduleProblem` where this release runs
  }
}

/** The last time of a schedule after one and not after another; null: there is none between them. */
export const lastTime = (when: When, after: number, until: number): number | null => {
  const first = nextTime(when, after)
  if (first === null || first > until) return null
  const second = nextTime(when, first)
  if (second === null || second > until) return first
  let [early, late] = [first, until] // a next time until `until` comes after the one, none after the other
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if ((nextTime(when, middle) ?? Number.POSITIVE_INFINITY) <= until) early = middle
    else late = middle
  }
  return nextTime(when, early)
}

/** What is wrong with a schedule, or with its time zone; null: nothing is. */
export const scheduleProblem = ({ schedule, timeZone }: When): { field: keyof When; what: string } | null => {
  if (!isTimeZone(timeZone)) return { field: 'timeZone', what: `"${timeZone}" is no time zone that is known here` }
  if (schedule === undefined) return null
  try {
    const cron = cronOf(schedule, timeZone)
    return cron.nextRun(new Date(0)) === null ? { field: 'schedule', what: `"${schedule}" never comes` } : null
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/^\w+: /, '') : 'it is not read'
    return { field: 'schedule', what: `"${schedule}" is no schedule: ${why}` }
  }
}

const isTimeZone = (name: string): boolean => {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions() !== null
  } catch {
    return false
  }
}
