import type { Part, Tree } from '../source'
import {
  type Findings,
  isMap,
  isNothing,
  itemsOf,
  leafOf,
  listOf,
  mapFrom,
  mapOf,
  oneOrMore,
  pairsOf,
  partOf,
  textOf,
} from './reading'
import { keyOf } from './unique'

/** Takes away what the file before said. */
const RESET = '!reset'
/** Replaces what the file before said, instead of being merged with it. */
const OVERRIDE = '!override'
export const MERGE_TAGS: readonly string[] = [RESET, OVERRIDE]

type Merge = (base: Tree, own: Tree, where: string, findings: Findings) => Tree

/** One file over those before, by the rules of the Compose specification. */
export const mergedFile = (base: Tree, own: Tree, findings: Findings): Tree => overlaid(base, own, '', findings)

/** The same of one service: over the one that it extends. */
export const mergedService = (base: Tree, own: Tree, findings: Findings): Tree =>
  overlaid(base, own, 'services.*', findings)

/** The fields of both; of one that both have, what comes of the two. Tags are obeyed, and none is left. */
const overlaid: Merge = (base, own, where, findings) => {
  const parts = new Map<string, Part>(base.parts)
  for (const [key, { keyOffset, tree }] of own.parts) {
    const before = parts.get(key)?.tree
    if (tree.tag === RESET) parts.delete(key)
    else if (before === undefined || tree.tag === OVERRIDE) parts.set(key, { keyOffset, tree: settled(tree) })
    else parts.set(key, { keyOffset, tree: merged(before, tree, below(where, key), findings) })
  }
  return mapOf(parts, own)
}

/** Names that the file chooses are `*`, so that the place of a field says what it is. */
const below = (where: string, key: string): string => {
  if (where === '') return key
  return where === 'services' ? 'services.*' : `${where}.${key}`
}

const merged: Merge = (base, own, where, findings) => {
  const rule = RULES[where]
  if (rule !== undefined && !isNothing(base) && !isNothing(own)) return rule(base, own, where, findings)
  if (isNothing(own) && (base.list || isMap(base))) return base
  if (base.list && own.list) return unique([...itemsOf(base), ...itemsOf(own)], own, where)
  return isMap(base) && isMap(own) ? overlaid(base, own, where, findings) : settled(own)
}

const replaced: Merge = (_, own) => settled(own)

/** Lists of `NAME=value` are maps written otherwise. */
const pairs =
  (separator: RegExp): Merge =>
  (base, own, where, findings) => {
    const asMap = (tree: Tree): Tree => (isMap(tree) ? tree : mapFrom(pairsOf(tree, separator, findings), tree))
    return overlaid(asMap(base), asMap(own), where, findings)
  }

/** Lists of names are maps without anything to say of each. */
const names: Merge = (base, own, where, findings) => {
  const asMap = (tree: Tree): Tree =>
    tree.list ? mapFrom(new Map(itemsOf(tree).map((item) => [textOf(item) ?? '', leafOf(null, item)])), tree) : tree
  return overlaid(asMap(base), asMap(own), where, findings)
}

/** One value is a list of one. */
const items: Merge = (base, own, where) => unique([...oneOrMore(base), ...oneOrMore(own)], own, where)

/** Options are those of a driver: they do not survive it. */
const logging: Merge = (base, own, where, findings) => {
  const [before, now] = [partOf(base, 'driver'), partOf(own, 'driver')]
  const other = before !== undefined && now !== undefined && textOf(before) !== textOf(now)
  return other || !isMap(own) ? settled(own) : overlaid(base, own, where, findings)
}

const rulesOf = (rule: Merge, fields: string): readonly (readonly [string, Merge])[] =>
  fields.split(' ').map((field) => [`services.*.${field}`, rule] as const)

/** Fields that are not merged by what they are written as. */
const RULES: Readonly<Record<string, Merge>> = Object.fromEntries([
  ...rulesOf(replaced, 'command entrypoint healthcheck.test'),
  ...rulesOf(pairs(/=/), 'annotations environment labels sysctls deploy.labels'),
  ...rulesOf(pairs(/[:=]/), 'extra_hosts'),
  ...rulesOf(names, 'depends_on networks'),
  ...rulesOf(items, 'dns dns_opt dns_search env_file label_file tmpfs'),
  ...rulesOf(logging, 'logging'),
])

/** Of items that are about the same thing the last one, at the place of the first. */
const unique = (all: readonly Tree[], origin: Tree, where: string): Tree => {
  const kept = new Map<unknown, Tree>()
  for (const item of all) if (item.tag !== RESET) kept.set(keyOf(item, where) ?? item, settled(item))
  return listOf([...kept.values()], origin)
}

/** Without the tags, and without what they take away. */
export const settled = (tree: Tree): Tree => {
  if (!isTagged(tree)) return tree
  const { tag: _, ...plain } = tree
  const parts = [...plain.parts].filter(([, part]) => part.tree.tag !== RESET)
  if (plain.list)
    return listOf(
      parts.map(([, part]) => settled(part.tree)),
      plain,
    )
  if (!isMap(plain)) return plain
  return mapOf(new Map(parts.map(([key, part]) => [key, { ...part, tree: settled(part.tree) }])), plain)
}

const isTagged = ({ tag, parts }: Tree): boolean =>
  tag !== undefined || [...parts.values()].some(({ tree }) => isTagged(tree))
