import { type About, jobFileShape, type NamedField } from '#libs/spec'
import { aboutOf, type Schema } from './schema'

/** Where editors find the schema, and what its `$id` is. */
export const JOB_SCHEMA = 'docs/job.schema.json'

/** A default as it would be written; undefined where there is none, or it depends on other fields. */
export const defaultOf = ({ presence, shape, value }: NamedField): unknown =>
  presence === 'defaulted' ? shape.encode(value) : undefined

const schemaOf = (about: About): Schema => {
  switch (about.form) {
    case 'text':
      return { type: 'string', ...(about.pattern === undefined ? {} : { pattern: about.pattern }) }
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] }
    case 'number':
      return { type: about.whole ? 'integer' : 'number', minimum: about.min, maximum: about.max }
    case 'flag':
      return { type: 'boolean' }
    case 'choice':
      return { enum: about.values }
    case 'either':
      return { anyOf: about.of.map(schemaOf) }
    case 'list':
      return { type: 'array', items: schemaOf(about.item), minItems: about.min, maxItems: about.max }
    case 'map':
      return { type: 'object', propertyNames: { pattern: about.key }, additionalProperties: schemaOf(about.value) }
    case 'struct':
      return {
        type: 'object',
        required: about.fields.filter(({ presence }) => presence === 'required').map(({ key }) => key),
        properties: Object.fromEntries(about.fields.map((field) => [field.key, fieldSchema(field)])),
        additionalProperties: false,
      }
  }
}

const fieldSchema = (field: NamedField): Schema => {
  const about = aboutOf(field)
  const value = defaultOf(field)
  const otherwise = field.otherwise === undefined ? '' : ` Default: ${field.otherwise}.`
  return {
    description: `${field.doc ?? ''} Takes ${about.expected}.${otherwise}`.trim(),
    ...schemaOf(about),
    ...(value === undefined ? {} : { default: value }),
    ...(field.example === undefined ? {} : { examples: [field.example] }),
  }
}

/** docs/job.schema.json: what an editor completes and checks a job file with. It refuses nothing that ork accepts. */
export const jobFileSchema = (): string => {
  const schema: Schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'A job of ork',
    description: 'Generated from the codec of the job file by `npm run docs`; docs/job.md says the same to people.',
    ...schemaOf(jobFileShape.about),
  }
  return `${JSON.stringify(schema, null, 2)}\n`
}
