import * as E from 'fp-ts/Either'
import { isRecord, mismatch, Written } from '../shapes'
import { branch, type Fault, leaf, type Part, stepDown, type Tree } from '../source'
import { interpolate, type Lookup } from './interpolate'

/**
 * What the conversion of a file comes upon: `wrong` is no Compose, `lost` cannot be carried over, `harmless` makes no
 * difference to what runs.
 */
export class Findings {
  readonly wrong: Fault[] = []
  readonly lost: Fault[] = []
  readonly harmless: Fault[] = []

  tell(kind: 'wrong' | 'lost' | 'harmless', tree: Tree, what: string, next?: string): void {
    const fault = { offset: tree.offset, path: tree.path ?? '', what }
    this[kind].push(next === undefined ? fault : { ...fault, next })
  }
}

/** The same tree with its variables filled in; each part knows its path in the file. */
export const prepared = (tree: Tree, path: string, lookup: Lookup, findings: Findings): Tree => {
  if (tree.parts.size === 0) return { ...filled({ ...tree, path }, lookup, findings), path }
  const parts = new Map<string, Part>()
  for (const [key, { keyOffset, tree: inner }] of tree.parts) {
    const below = stepDown(path, tree.list ? Number(key) : key)
    parts.set(key, { keyOffset, tree: prepared(inner, below, lookup, findings) })
  }
  const whole = tree.list ? listOf(valuesOf(parts), { ...tree, path }) : mapOf(parts, { ...tree, path })
  return tree.tag === undefined ? whole : { ...whole, tag: tree.tag }
}

const filled = (tree: Tree, lookup: Lookup, findings: Findings): Tree => {
  const { value } = tree
  if (typeof value !== 'string' || !value.includes('$')) return tree
  const unset = (name: string): void => findings.tell('harmless', tree, `${name} is not set, it is taken for empty`)
  const result = interpolate(value, lookup, unset)
  if (E.isLeft(result)) findings.tell('wrong', tree, result.left)
  return { ...tree, value: E.isLeft(result) ? '' : asWritten(result.right) }
}

/** A number or a boolean that came out of a variable is one where one is wanted, and text elsewhere. */
const asWritten = (text: string): unknown => {
  if (text === 'true' || text === 'false') return new Written(text === 'true', text)
  return /^-?\d+(\.\d+)?$/.test(text) ? new Written(Number(text), text) : text
}

const valuesOf = (parts: ReadonlyMap<string, Part>): readonly Tree[] => [...parts.values()].map(({ tree }) => tree)

/** Where something made from the file comes from. */
export type Origin = Pick<Tree, 'offset' | 'path'>

const placed = (tree: Tree, { path }: Origin): Tree => (path === undefined ? tree : { ...tree, path })

export const leafOf = (value: unknown, origin: Origin): Tree => placed(leaf(value, origin.offset), origin)

export const listOf = (items: readonly Tree[], origin: Origin): Tree => {
  const parts = new Map(items.map((tree, index) => [String(index), { keyOffset: tree.offset, tree }]))
  return placed(
    branch(
      items.map(({ value }) => value),
      origin.offset,
      parts,
      true,
    ),
    origin,
  )
}

export const mapOf = (parts: ReadonlyMap<string, Part>, origin: Origin): Tree => {
  const value: Record<string, unknown> = {}
  for (const [key, { tree }] of parts) value[key] = tree.value
  return placed(branch(value, origin.offset, parts, false), origin)
}

/** A map of what is there. */
export const recordOf = (fields: Readonly<Record<string, Tree | undefined>>, origin: Origin): Tree => {
  const parts = new Map<string, Part>()
  for (const [key, tree] of Object.entries(fields)) {
    if (tree !== undefined) parts.set(key, { keyOffset: tree.offset, tree })
  }
  return mapOf(parts, origin)
}

export const itemsOf = (tree: Tree): readonly Tree[] => valuesOf(tree.parts)
export const isMap = (tree: Tree): boolean => !tree.list && isRecord(tree.value)
export const isText = ({ value }: Tree): boolean => typeof value === 'string'
export const isNothing = ({ value }: Tree): boolean => value === null || value === undefined
export const partOf = (tree: Tree, key: string): Tree | undefined => {
  const part = tree.parts.get(key)?.tree
  return part === undefined || isNothing(part) ? undefined : part
}

/** A scalar as it was written; undefined: it is none. */
export const textOf = ({ value }: Tree): string | undefined => {
  if (value instanceof Written) return value.text
  return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined
}

export const isTrue = ({ value }: Tree): boolean => (value instanceof Written ? value.value : value) === true

/** The entries of a map; tells when it is none. */
export const entriesOf = (tree: Tree, expected: string, findings: Findings): readonly (readonly [string, Tree])[] => {
  if (isMap(tree)) return [...tree.parts].map(([key, part]) => [key, part.tree] as const)
  if (!isNothing(tree)) findings.tell('wrong', tree, mismatch(expected, tree.value))
  return []
}

/** One value or a list of them as a list. */
export const oneOrMore = (tree: Tree): readonly Tree[] => {
  if (isNothing(tree)) return []
  return tree.list ? itemsOf(tree) : [tree]
}

/** A map, or a list of `name=value`, as a map; `separator` splits an item. A name without a value has `null`. */
export const pairsOf = (tree: Tree, separator: RegExp, findings: Findings): ReadonlyMap<string, Tree> => {
  if (!tree.list) return new Map(entriesOf(tree, 'a map or a list of NAME=value', findings))
  const pairs = new Map<string, Tree>()
  for (const item of itemsOf(tree)) {
    const text = textOf(item)
    const at = text?.search(separator) ?? -1
    if (text === undefined) findings.tell('wrong', item, mismatch('NAME=value', item.value))
    else if (at < 0) pairs.set(text, { ...item, value: null })
    else pairs.set(text.slice(0, at), { ...item, value: text.slice(at + 1) })
  }
  return pairs
}

export const mapFrom = (pairs: ReadonlyMap<string, Tree>, origin: Origin): Tree =>
  mapOf(new Map([...pairs].map(([key, tree]) => [key, { keyOffset: tree.offset, tree }])), origin)
