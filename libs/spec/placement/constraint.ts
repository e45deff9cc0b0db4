import * as E from 'fp-ts/Either'
import type { Constraint, Operator } from '../model'
import { compilePattern, type Pattern } from './pattern'

/** What a worker tells of itself beside its labels. */
export const ATTRIBUTES = ['worker', 'host', 'driver', 'os', 'arch', 'kernel'] as const

export const OPERATORS: readonly Operator[] = ['=', '!=', '>=', 'in', 'contains', 'regexp']

/** `label.zone`, or one of those above. */
export const ATTRIBUTE = new RegExp(`^(label\\.[A-Za-z0-9][A-Za-z0-9._/-]{0,62}|${ATTRIBUTES.join('|')})$`)

const WRITTEN = /^\s*([A-Za-z0-9._/-]+)(?:\s*(==|=|!=|>=)\s*|\s+(in|contains|regexp)\s+)(\S.*?)\s*$/

/** How Docker Swarm calls what is meant. */
const OF_SWARM: readonly (readonly [RegExp, string])[] = [
  [/^(node|engine)\.labels\./, 'label.'],
  [/^node\.hostname$/, 'host'],
  [/^node\.platform\.arch$/, 'arch'],
  [/^node\.platform\.os$/, 'os'],
]

/** An attribute as it is called here. */
export const oursOf = (named: string): string => {
  const [swarm, ours] = OF_SWARM.find(([theirs]) => theirs.test(named)) ?? [/^/, '']
  return named.replace(swarm, ours)
}

/** `label.zone = b` as its three parts, also in Docker Swarm's words. Left: what to do about it. */
export const parseConstraint = (text: string): E.Either<string, Constraint> => {
  const [, named = '', sign, word, value = ''] = WRITTEN.exec(text) ?? []
  if (named === '') return E.left(`write \`label.zone = b\`, with one of ${OPERATORS.join(', ')}`)
  const operator = (sign === '==' ? '=' : (sign ?? word)) as Operator
  return E.right({ attribute: oursOf(named), operator, value })
}

/** `label.zone = b` */
export const formatConstraint = ({ attribute, operator, value }: Constraint): string =>
  `${attribute} ${operator} ${value}`

/** What is wrong with the value, if anything. */
export const faultOf = ({ operator, value }: Constraint): string | null => {
  if (operator === '>=' && versionOf(value) === null) return '`>=` compares numbers and versions, such as 8 or 5.10'
  if (operator === 'regexp') {
    const pattern = compilePattern(value)
    return E.isLeft(pattern) ? pattern.left : null
  }
  if ((operator === 'in' || operator === 'contains') && partsOf(value).length === 0) return 'the list is empty'
  return null
}

/**
 * Whether a constraint holds of what a worker has of its attribute: nothing, one text, or several (drivers). `!=` holds
 * where there is nothing; all others do not.
 */
export const isMet = ({ operator, value }: Constraint, has: readonly string[]): boolean => {
  switch (operator) {
    case '=':
      return has.includes(value)
    case '!=':
      return !has.includes(value)
    case 'in': {
      const wanted = partsOf(value)
      return has.some((one) => wanted.includes(one))
    }
    case 'contains': {
      const parts = has.flatMap(partsOf)
      return partsOf(value).every((wanted) => parts.includes(wanted))
    }
    case '>=':
      return has.some((one) => isAtLeast(one, value))
    case 'regexp': {
      const pattern = patternOf(value)
      return has.some(pattern)
    }
  }
}

const partsOf = (list: string): readonly string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** The numbers that a version begins with; what follows them, as in `6.1.0-33-amd64`, does not count. */
const versionOf = (text: string): readonly number[] | null => {
  const found = /^v?(\d{1,15}(?:\.\d{1,15})*)/.exec(text)?.[1]
  return found === undefined ? null : found.split('.').map(Number)
}

/** Number by number: 1.10 is more than 1.9, and 5 is 5.0. */
const isAtLeast = (text: string, least: string): boolean => {
  const [has, wanted] = [versionOf(text), versionOf(least)]
  if (has === null || wanted === null) return false
  for (let at = 0; at < Math.max(has.length, wanted.length); at += 1) {
    const difference = (has[at] ?? 0) - (wanted[at] ?? 0)
    if (difference !== 0) return difference > 0
  }
  return true
}

const MOST_PATTERNS = 1_000
const patterns = new Map<string, Pattern>()

/** Compiled once; one that is none finds nothing. */
const patternOf = (text: string): Pattern => {
  const known = patterns.get(text)
  if (known !== undefined) return known
  const compiled = compilePattern(text)
  const pattern = E.isLeft(compiled) ? () => false : compiled.right
  if (patterns.size >= MOST_PATTERNS) patterns.clear()
  patterns.set(text, pattern)
  return pattern
}
