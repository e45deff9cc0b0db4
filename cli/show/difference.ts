/** The first place where two JSON values differ, depth first in the order of the keys. */
export interface Difference {
  /** `instances[3].state`; empty for the whole. */
  readonly path: string
  readonly left: unknown
  readonly right: unknown
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What differs first, or null when the values are equal. For plain JSON of bounded depth. */
export const firstDifference = (left: unknown, right: unknown, path = ''): Difference | null => {
  if (Array.isArray(left) && Array.isArray(right)) {
    for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
      const found = firstDifference(left[at], right[at], `${path}[${at}]`)
      if (found !== null) return found
    }
    return null
  }
  if (isObject(left) && isObject(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const found = firstDifference(left[key], right[key], path === '' ? key : `${path}.${key}`)
      if (found !== null) return found
    }
    return null
  }
  return Object.is(left, right) ? null : { path, left, right }
}
