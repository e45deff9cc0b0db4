/** A place where two JSON values differ; they are told depth first, in the order of the keys. */
export interface Difference {
  /** `instances[3].state`; empty for the whole. */
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What differs first, or null when the values are equal. For plain JSON of bounded depth. */
export const firstDifference = (left: unknown, right: unknown): Difference | null => {
  for (const found of differences(left, right)) return found
  return null
}

/** All that differs: the innermost values, and whole ones where only one side has them. */
export function* differences(left: unknown, right: unknown, path = ''): Generator<Difference> {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      yield* differences(left[at], right[at], `${path}[${at}]`)
    }
  } else if (isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      yield* differences(left[key], right[key], path === '' ? key : `${path}.${key}`)
    }
  } else if (!Object.is(left, right)) yield { path, left, right }
}
