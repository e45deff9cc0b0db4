import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EVENT_TYPES, EVENTS, type EventType, type Nature, type Topic } from '#libs/events'
import { type Form, walk } from '../codecs/walk'
import { GLOSSARY } from './glossary'

export const ROOT = join(__dirname, '..', '..', '..', '..')

/** One row of an event's table. */
export interface FieldRow {
  readonly path: string
  readonly type: string
  readonly means: string
}

/** One event, as both documents tell it. */
export interface EventAbout {
  readonly type: EventType
  readonly version: number
  readonly topic: Topic
  readonly owner: string
  readonly nature: Nature
  readonly summary: string
  readonly subject: string
  readonly form: Form
  readonly fields: readonly FieldRow[]
  /** The golden sample of today's version, as text. */
  readonly golden: string
}

const typeOf = (form: Form): string => {
  switch (form.form) {
    case 'struct':
      return 'object'
    case 'list':
      return `list of ${typeOf(form.item)}`
    case 'map':
      return `map of ${typeOf(form.value)}`
    case 'nullable':
      return `${typeOf(form.of)} or null`
    case 'choice':
      return form.values.map((value) => `\`${value}\``).join(', ')
    case 'name':
      return 'name'
    case 'count':
      return 'whole number from 0'
    case 'integer':
      return 'whole number'
    case 'text':
      return 'text'
    case 'boolean':
      return '`true`, `false`'
    case 'job':
      return 'job'
  }
}

/** Every field below a form. Throws on a field whose name has no meaning in the glossary. */
const rowsOf = (form: Form, path: string, type: string): readonly FieldRow[] => {
  switch (form.form) {
    case 'struct':
      return form.fields.flatMap(([name, inner]) => {
        const meaning = GLOSSARY[name]
        if (meaning === undefined) {
          throw new Error(`${type}: the field "${name}" has no meaning yet; say it in libs/testing/docs/glossary.ts`)
        }
        const here = path === '' ? name : `${path}.${name}`
        const means = meaning.unit === undefined ? meaning.means : `${meaning.means} In ${meaning.unit}.`
        return [{ path: here, type: typeOf(inner), means }, ...rowsOf(inner, here, type)]
      })
    case 'list':
      return rowsOf(form.item, `${path}[]`, type)
    case 'nullable':
      return rowsOf(form.of, path, type)
    default:
      return []
  }
}

/** Where events of a type stand, with `<field>` for what the event says. */
const subjectPattern = (type: EventType, form: Form): string => {
  const has = (name: string): boolean => form.form === 'struct' && form.fields.some(([field]) => field === name)
  switch (EVENTS[type].topic) {
    case 'job':
      return `ork.events.job.<job>.${type}`
    case 'task':
      return `ork.events.task.<job>.<task>.<index>.${has('worker') ? '<worker>' : '_'}.${type}`
    case 'worker':
      return `ork.events.worker.<worker>.${type}`
    case 'control':
      return `ork.events.control.${has('role') ? '<role>' : EVENTS[type].owner}.${type}`
    case 'heartbeat':
      return 'ork.heartbeats.<worker>'
  }
}

const aboutEvent = (type: EventType): EventAbout => {
  const { version, topic, owner, nature, summary, data } = EVENTS[type]
  const form = walk(data)
  const golden = readFileSync(join(ROOT, 'libs', 'events', 'golden', `${type}.v${version}.json`), 'utf8')
  const fields = rowsOf(form, '', type)
  return { type, version, topic, owner, nature, summary, subject: subjectPattern(type, form), form, fields, golden }
}

/** The whole vocabulary, in the registry's order. */
export const catalogue = (): readonly EventAbout[] => EVENT_TYPES.map(aboutEvent)
