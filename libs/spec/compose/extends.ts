import * as E from 'fp-ts/Either'
import type { ReadText } from '../file/envFiles'
import { type Part, readSource, type Source, type Tree } from '../source'
import type { Lookup } from './interpolate'
import { folderOf, pathIn } from './paths'
import { type Findings, isMap, isText, itemsOf, listOf, mapOf, pairsOf, partOf, prepared, textOf } from './reading'

/** Replaced as a whole by who extends, as the specification has it. */
const WHOLE = new Set(['command', 'entrypoint', 'test'])
/** Not inherited: they are about the services of one file. */
const OWN = new Set(['extends', 'depends_on', 'profiles'])
/** Lists of `NAME=value` are maps written otherwise. */
const PAIRS = new Set(['environment', 'labels', 'extra_hosts', 'sysctls'])
const MAX_CHAIN = 16

export interface Extending {
  readonly services: Tree
  readonly folder: string
  readonly read: ReadText
  readonly lookup: Lookup
  readonly findings: Findings
}

/** The service with what it extends below it, as far as that goes. */
export const extended = (service: Tree, from: Extending, chain: readonly string[] = []): Tree => {
  const link = partOf(service, 'extends')
  if (link === undefined) return service
  const { findings, services } = from
  const name = textOf(isText(link) ? link : (partOf(link, 'service') ?? link)) ?? ''
  const file = isText(link) ? undefined : partOf(link, 'file')
  const where = file === undefined ? { ...from, services } : otherFile(file, from)
  const base = where?.services.parts.get(name)?.tree
  const here = `${where?.folder ?? ''} ${textOf(file ?? link) ?? ''} ${name}`
  if (where === undefined) return service
  if (base === undefined) findings.tell('wrong', link, `there is no service "${name}" to extend`)
  else if (chain.includes(here) || chain.length > MAX_CHAIN) {
    findings.tell('wrong', link, 'the services extend one another in a circle')
  } else return overlaid(without(extended(base, where, [...chain, here])), service, findings)
  return service
}

const without = (tree: Tree): Tree => mapOf(new Map([...tree.parts].filter(([key]) => !OWN.has(key))), tree)

/** The services of another file; what is wrong there is told where it is named. */
const otherFile = (file: Tree, from: Extending): Extending | undefined => {
  const path = textOf(file) ?? ''
  const text = from.read(path)
  const source: E.Either<readonly { readonly what: string }[], Source> = E.isLeft(text)
    ? E.left([{ what: text.left }])
    : readSource(text.right)
  const fault = E.isLeft(source) ? source.left[0] : source.right.faults[0]
  if (E.isLeft(source) || fault !== undefined) {
    from.findings.tell('wrong', file, `${path}: ${fault?.what ?? 'it cannot be read'}`)
    return undefined
  }
  const tree = prepared(moved(source.right.tree, file.offset), file.path ?? '', from.lookup, from.findings)
  const services = partOf(tree, 'services') ?? mapOf(new Map(), file)
  const folder = folderOf(pathIn(from.folder, path))
  return { ...from, services, folder, read: (inner) => from.read(pathIn(folder, inner)) }
}

const moved = (tree: Tree, offset: number): Tree => ({
  ...tree,
  offset,
  parts: new Map([...tree.parts].map(([key, part]) => [key, { keyOffset: offset, tree: moved(part.tree, offset) }])),
})

/** Maps are merged, lists follow one another, all else is replaced. */
const overlaid = (base: Tree, own: Tree, findings: Findings): Tree => {
  const parts = new Map<string, Part>(base.parts)
  for (const [key, part] of own.parts) {
    const before = parts.get(key)?.tree
    const tree = before === undefined ? part.tree : merged(key, before, part.tree, findings)
    parts.set(key, { keyOffset: part.keyOffset, tree })
  }
  return mapOf(parts, own)
}

const merged = (key: string, base: Tree, own: Tree, findings: Findings): Tree => {
  if (PAIRS.has(key)) {
    const pairs = new Map([...pairsOf(base, /[=:]/, findings), ...pairsOf(own, /[=:]/, findings)])
    return mapOf(new Map([...pairs].map(([name, tree]) => [name, { keyOffset: tree.offset, tree }])), own)
  }
  if (WHOLE.has(key)) return own
  if (base.list && own.list) return listOf([...itemsOf(base), ...itemsOf(own)], own)
  return isMap(base) && isMap(own) ? overlaid(base, own, findings) : own
}
