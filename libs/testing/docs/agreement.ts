import { Ajv, type ValidateFunction } from 'ajv'
import { parseAllDocuments } from 'yaml'
import type { OrkError } from '#libs/kernel'
import { jobFileSchema } from './jobFile'

let validate: ValidateFunction | null = null

/** Whether the schema for editors accepts a job file; null: it is no single document that can be read. */
export const schemaAccepts = (text: string): boolean | null => {
  const value = readDocument(text)
  if (value === undefined) return null
  validate ??= new Ajv({ strict: false }).compile(JSON.parse(jobFileSchema()) as object)
  return validate(value)
}

const readDocument = (text: string): unknown => {
  try {
    const [document, ...more] = parseAllDocuments(text, { merge: true, logLevel: 'silent' })
    if (document === undefined || more.length > 0 || !('toJS' in document) || document.errors.length > 0)
      return undefined
    return document.toJS({ maxAliasCount: 100 }) as unknown
  } catch {
    return undefined
  }
}

const OF_SHAPE = [
  /^unknown field/,
  /` is missing, expected /,
  /^expected (a whole number|a number from|true or false|one of) /,
  /^expected (a map|a list) .*, found ("|\d)/,
  /, found (nothing|a map|a list|an empty list|\d+ items)$/,
]

/** Whether an error is about the kind or the bounds of one value alone; rules between fields are beyond a schema. */
export const schemaCanSay = ({ what }: OrkError): boolean => OF_SHAPE.some((words) => words.test(what))
