import { type JobSpec, jobFileShape } from '#libs/spec'
import type { FieldChange } from '../show/changes'
import { differences } from '../show/difference'

/** How a job differs from another, field by field, in the words of the job file: `tasks.api.resources.memory`. */
export const fieldChanges = (before: JobSpec | null, after: JobSpec | null): readonly FieldChange[] =>
  [...differences(fileOf(before), fileOf(after))].map(({ path, left, right }) => ({
    path,
    ...(left === undefined ? {} : { before: left }),
    ...(right === undefined ? {} : { after: right }),
  }))

const fileOf = (spec: JobSpec | null): unknown => (spec === null ? {} : named(jobFileShape.encode(spec)))

/** Lists of things with names by these, so that one that is added in the middle does not change those behind it. */
const named = (value: unknown): unknown => {
  if (Array.isArray(value)) {
    const names = value.map(nameOf)
    const isNamed = value.length > 0 && !names.includes(null) && new Set(names).size === names.length
    return isNamed ? Object.fromEntries(value.map((item, at) => [names[at], without(item)])) : value.map(named)
  }
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, named(part)]))
}

const nameOf = (item: unknown): string | null => {
  const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : null
  return typeof name === 'string' ? name : null
}

const without = (item: object): unknown => {
  const { name: _, ...rest } = item as { name: string }
  return named(rest)
}
