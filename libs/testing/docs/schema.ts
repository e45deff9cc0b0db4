import { NAME } from '#libs/kernel'
import { type About, jobSpecAbout, type NamedField } from '#libs/spec'
import type { Form } from '../codecs/walk'
import { GLOSSARY } from './glossary'

/** A JSON Schema, draft 7. */
export type Schema = Readonly<Record<string, unknown>>

const describe = (name: string, schema: Schema): Schema => {
  const meaning = GLOSSARY[name]
  return meaning === undefined ? schema : { ...schema, description: meaning.means }
}

/** The schema of an event's data. Unknown fields are allowed, as ork allows them: a newer version may add some. */
export const schemaOf = (form: Form): Schema => {
  switch (form.form) {
    case 'struct':
      return {
        type: 'object',
        required: form.fields.map(([name]) => name),
        properties: Object.fromEntries(form.fields.map(([name, inner]) => [name, describe(name, schemaOf(inner))])),
      }
    case 'list':
      return { type: 'array', items: schemaOf(form.item) }
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(form.value) }
    case 'nullable':
      return { anyOf: [schemaOf(form.of), { type: 'null' }] }
    case 'choice':
      return { type: 'string', enum: form.values }
    case 'name':
      return { type: 'string', pattern: NAME.source }
    case 'count':
      return { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }
    case 'integer':
      return { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }
    case 'text':
      return { type: 'string' }
    case 'boolean':
      return { type: 'boolean' }
    case 'job':
      return { $ref: '#/components/schemas/Job' }
  }
}

const schemaOfAbout = (about: About): Schema => {
  switch (about.form) {
    case 'text':
      return about.pattern === undefined ? { type: 'string' } : { type: 'string', pattern: about.pattern }
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] }
    case 'number':
      return { type: about.whole ? 'integer' : 'number', minimum: about.min, maximum: about.max }
    case 'choice':
      return { type: 'string', enum: about.values }
    case 'flag':
      return { type: 'boolean' }
    case 'either': // in the canonical form only "or null"
      return { anyOf: [...about.of.map(schemaOfAbout), { type: 'null' }] }
    case 'list':
      return { type: 'array', items: schemaOfAbout(about.item), minItems: about.min, maxItems: about.max }
    case 'map':
      return {
        type: 'object',
        propertyNames: { pattern: about.key },
        additionalProperties: schemaOfAbout(about.value),
      }
    case 'struct':
      return {
        type: 'object',
        required: about.fields.filter(({ presence }) => presence !== 'optional').map(({ name }) => name),
        properties: Object.fromEntries(about.fields.map((field) => [field.name, schemaOfAbout(aboutOf(field))])),
        additionalProperties: false,
      }
  }
}

/** A field's shape has forgotten its type, but is always one that knows what it accepts. */
export const aboutOf = ({ shape }: NamedField): About => {
  if ('about' in shape) return shape.about as About
  throw new Error('a field of the job has a codec that cannot be walked')
}

/** The schema of a job as events carry it. */
export const jobSchema = (): Schema => schemaOfAbout(jobSpecAbout)
