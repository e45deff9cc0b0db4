import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import { found, isRecord, mismatch, Problem, refuse, Shape } from './shape'

interface ListLimits {
  readonly min?: number
  readonly max: number
  /** The field by which items are told apart: no two may have the same. */
  readonly unique?: string
  /** Whether no two items may be the same. */
  readonly distinct?: boolean
  /** What to do about a value that is no list, e.g. the list form of what was written. */
  readonly hint?: (value: unknown) => string | undefined
}

/** A list of `item`, with bounds on its length; the problems of all items are reported together. */
export const list = <A>(expected: string, item: Shape<A>, limits: ListLimits): Shape<readonly A[]> => {
  const { min = 0, max, unique, distinct = false, hint } = limits
  const fits = (length: number): boolean => length >= min && length <= max
  return new Shape<readonly A[]>(
    { form: 'list', expected, item: item.about, min, max },
    (value): value is readonly A[] =>
      Array.isArray(value) &&
      fits(value.length) &&
      value.every(item.is) &&
      (!distinct || new Set(value).size === value.length),
    (value, context) => {
      if (!Array.isArray(value)) return refuse(value, context, mismatch(expected, value), hint?.(value))
      if (!fits(value.length)) return refuse(value, context, `expected ${expected}, found ${value.length} items`)
      const problems = unique === undefined ? [] : repeated(unique, value, context)
      const items = validateItems(item, value, context, problems)
      return distinct && E.isRight(items) ? withoutRepeats(items.right, context) : items
    },
    (value) => value.map((part) => item.encode(part)),
  )
}

const validateItems = <A>(
  item: Shape<A>,
  value: readonly unknown[],
  context: t.Context,
  problems: t.ValidationError[],
): t.Validation<readonly A[]> => {
  const out: A[] = []
  value.forEach((part, index) => {
    const result = item.validate(part, t.appendContext(context, String(index), item, part))
    if (E.isLeft(result)) problems.push(...result.left)
    else out.push(result.right)
  })
  return problems.length > 0 ? E.left(problems) : E.right(out)
}

const withoutRepeats = <A>(items: readonly A[], context: t.Context): t.Validation<readonly A[]> => {
  const problems = items.flatMap((item, index) => {
    const before = items.indexOf(item)
    const inner = t.appendContext(context, String(index), t.unknown, item)
    return before === index ? [] : [new Problem(item, inner, `${found(item)} is item [${before}] already`, 'remove it')]
  })
  return problems.length > 0 ? E.left(problems) : E.right(items)
}

/** Looks at what was written, so that a repeated name is told even where the item has other problems. */
const repeated = (key: string, items: readonly unknown[], context: t.Context): Problem[] => {
  const first = new Map<unknown, number>()
  const problems: Problem[] = []
  items.forEach((item, index) => {
    const name = isRecord(item) && Object.hasOwn(item, key) ? item[key] : undefined
    if (typeof name !== 'string') return
    const before = first.get(name)
    if (before === undefined) {
      first.set(name, index)
      return
    }
    const inner = t.appendContext(t.appendContext(context, String(index), t.unknown, item), key, t.string, name)
    problems.push(new Problem(name, inner, `the ${key} ${found(name)} is taken by item [${before}]`, 'choose another'))
  })
  return problems
}

/** Names that reach an object's prototype when they are assigned without care; no map of ours has them as keys. */
export const PROTOTYPE_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

interface KeyRule {
  readonly expected: string
  readonly pattern: RegExp
}

/** A map from names that match the rule to `item`. */
export const record = <A>(
  expected: string,
  key: KeyRule,
  item: Shape<A>,
  hint?: (value: unknown) => string | undefined,
): Shape<Readonly<Record<string, A>>> => {
  const isKey = (name: string): boolean => key.pattern.test(name) && !PROTOTYPE_KEYS.has(name)
  return new Shape<Readonly<Record<string, A>>>(
    { form: 'map', expected, key: key.pattern.source, value: item.about },
    (value): value is Readonly<Record<string, A>> =>
      isRecord(value) && Object.keys(value).every((name) => isKey(name) && item.is(value[name])),
    (value, context) => {
      if (!isRecord(value)) return refuse(value, context, mismatch(expected, value), hint?.(value))
      const problems: t.ValidationError[] = []
      const out: Record<string, A> = {}
      for (const [name, part] of Object.entries(value)) {
        const inner = t.appendContext(context, name, item, part)
        if (!isKey(name)) problems.push(new Problem(name, inner, mismatch(key.expected, name), undefined, 'key'))
        const result = item.validate(part, inner)
        if (E.isLeft(result)) problems.push(...result.left)
        else if (isKey(name)) out[name] = result.right
      }
      return problems.length > 0 ? E.left(problems) : E.right(out)
    },
    (value) => Object.fromEntries(Object.entries(value).map(([name, part]) => [name, item.encode(part)])),
  )
}
