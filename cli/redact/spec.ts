import { type About, type JobSpec, jobSpecAbout } from '#libs/spec'
import { redactRules } from './placement'
import type { Words } from './words'

/** A job in other words: numbers, switches and choices stay, every text that somebody wrote is another one. */
export const redactSpec = (spec: JobSpec, words: Words): JobSpec => {
  const redacted = redact(spec, jobSpecAbout, words) as JobSpec
  const tasks = redacted.tasks.map((task, at) => ({ ...task, ...redactRules(spec.tasks[at] ?? task, words) }))
  const { cron } = redacted
  // When it runs tells nobody whose it is, and in another time zone it would be another time.
  const when = spec.cron === undefined || cron === undefined ? {} : { cron: { ...cron, timeZone: spec.cron.timeZone } }
  return { ...redacted, ...when, tasks }
}

const redact = (value: unknown, about: About, words: Words): unknown => {
  switch (about.form) {
    case 'number':
    case 'flag':
    case 'choice':
      return value
    case 'text':
      return typeof value === 'string' ? words.text(value, about.pattern) : value
    case 'scalar':
      return typeof value === 'string' ? words.text(value) : value
    case 'either': {
      const fitting = about.of.find((one) => suits(value, one))
      return fitting === undefined ? value : redact(value, fitting, words)
    }
    case 'list':
      return Array.isArray(value) ? value.map((item) => redact(item, about.item, words)) : value
    case 'map':
      return mapOf(value, (key, inner) => [words.text(key, about.key), redact(inner, about.value, words)])
    case 'struct': {
      const fields = new Map(about.fields.map(({ name, shape }) => [name, shape]))
      return mapOf(value, (key, inner) => [key, redact(inner, aboutOf(fields.get(key)), words)])
    }
  }
}

/** Of the forms that a value may have, the one that it has. */
const suits = (value: unknown, { form }: About): boolean => {
  if (typeof value === 'string') return form === 'text' || form === 'scalar' || form === 'choice'
  if (typeof value === 'number') return form === 'number'
  if (Array.isArray(value)) return form === 'list'
  return typeof value === 'object' && value !== null && (form === 'struct' || form === 'map')
}

const aboutOf = (shape: object | undefined): About =>
  shape !== undefined && 'about' in shape ? (shape.about as About) : { form: 'scalar', expected: '' }

const mapOf = (value: unknown, change: (key: string, inner: unknown) => [string, unknown]): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => change(key, inner)))
    : value
