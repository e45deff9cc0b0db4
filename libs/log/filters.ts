import { filtersFor, type SubjectQuery } from '#libs/events'

/** Which subjects are wanted, in the two forms needed: what a consumer takes, and what was asked for. */
export interface Filters {
  /** For a consumer, which takes no filters that overlap; none for everything. */
  readonly apart: readonly string[]
  /** As asked; may overlap. */
  readonly asked: readonly string[]
  /** Present where `apart` lets through more than was asked for. */
  readonly matches?: (subject: string) => boolean
}

/** Filters for entries that match any of the queries. */
export const filtersOf = (prefix: string, queries: readonly SubjectQuery[] | undefined): Filters => {
  if (queries === undefined || queries.length === 0) return { apart: [], asked: [] }
  const asked = [...new Set(queries.flatMap((query) => filtersFor(prefix, query)))]
  const needed = asked.filter((filter) => !asked.some((other) => other !== filter && covers(other, filter)))
  const apart = mergeOverlapping(needed)
  if (apart.length === needed.length) return { apart, asked: needed }
  return { apart, asked: needed, matches: (subject) => matchesAny(needed, subject) }
}

/** Whether a subject is one of those that the filters name, with NATS's wildcards `*` and `>`. */
export const matchesAny = (filters: readonly string[], subject: string): boolean => {
  const tokens = subject.split('.')
  return filters.some((filter) => matches(filter.split('.'), tokens))
}

const matches = (filter: readonly string[], subject: readonly string[]): boolean => {
  const open = filter.at(-1) === '>'
  const fixed = open ? filter.slice(0, -1) : filter
  const long = open ? subject.length > fixed.length : subject.length === fixed.length
  return long && fixed.every((token, at) => token === '*' || token === subject[at])
}

type Pairwise = (a: string, b: string) => boolean

/** Whether `rule` holds for each pair of tokens of two filters of the same length. */
const everyToken = (first: string, second: string, rule: Pairwise): boolean => {
  const a = first.split('.')
  const b = second.split('.')
  return a.length === b.length && a.every((token, at) => rule(token, b[at] ?? ''))
}

const covers = (wide: string, narrow: string): boolean => everyToken(wide, narrow, (a, b) => a === '*' || a === b)

const overlap = (first: string, second: string): boolean =>
  everyToken(first, second, (a, b) => a === b || a === '*' || b === '*')

/** The narrowest filter that covers both. */
const hull = (first: string, second: string): string => {
  const b = second.split('.')
  return first
    .split('.')
    .map((token, at) => (token === b[at] ? token : '*'))
    .join('.')
}

const mergeOverlapping = (filters: readonly string[]): readonly string[] => {
  const apart: string[] = []
  for (const filter of filters) {
    let merged = filter
    for (let at = 0; at < apart.length; ) {
      const other = apart[at] ?? ''
      if (!overlap(merged, other)) {
        at += 1
        continue
      }
      merged = hull(merged, other)
      apart.splice(at, 1)
      at = 0 // the wider one may overlap those already passed
    }
    apart.push(merged)
  }
  return apart
}
