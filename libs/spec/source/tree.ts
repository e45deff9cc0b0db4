import { isAlias, isMap, isScalar, isSeq, type Node, parse, Scalar, type YAMLMap, type YAMLSeq } from 'yaml'
import { MAX_DEPTH, MAX_NODES } from '../limits'
import { PROTOTYPE_KEYS, Written } from '../shapes'
import { type Fault, stepDown } from './fault'
import { tooDeep } from './guard'

/** A plain value that knows where in the text each of its parts stands. */
export interface Tree {
  readonly value: unknown
  readonly offset: number
  /** Children by key, or by index as text. */
  readonly parts: ReadonlyMap<string, Part>
  readonly list: boolean
  /** Values in it, itself included, and levels below it, aliases expanded. */
  readonly size: number
  readonly height: number
  /** Where it stood in the file, when this tree was made from what was written there. */
  readonly path?: string
  /** The tag it was written with, of those that mean something in its file. */
  readonly tag?: string
}

export interface Part {
  readonly keyOffset: number
  readonly tree: Tree
}

const NO_PARTS: ReadonlyMap<string, Part> = new Map()

export const leaf = (value: unknown, offset: number): Tree => ({
  value,
  offset,
  parts: NO_PARTS,
  list: false,
  size: 1,
  height: 0,
})

/**
 * Turns the parsed document into plain values. Aliases share what they name, so that a small text cannot become a
 * huge tree: sizes add up as if they were copied, and the whole has a bound. Merge keys (`<<`) are applied.
 */
export class TreeBuilder {
  readonly faults: Fault[] = []
  private readonly anchors = new Map<string, Tree | 'open'>()

  constructor(private readonly tags: readonly string[] = []) {}

  build(root: Node): Tree {
    const tree = this.node(root, '', 0)
    if (tree.size > MAX_NODES) {
      this.fault(tree.offset, '', `${tree.size} values with its aliases expanded, at most ${MAX_NODES} are allowed`)
    }
    return tree
  }

  private fault(offset: number, path: string, what: string, next?: string): void {
    this.faults.push(next === undefined ? { offset, path, what } : { offset, path, what, next })
  }

  private node(node: Node | null, path: string, depth: number, fallback = 0): Tree {
    const offset = node?.range?.[0] ?? fallback
    if (isAlias(node)) return this.alias(node.source, offset, path, depth)
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined
    if (anchor !== undefined) this.anchors.set(anchor, 'open')
    const tree = this.tagged(node, this.content(node, offset, path, depth))
    if (anchor !== undefined) this.anchors.set(anchor, tree)
    return tree
  }

  private tagged(node: Node | null, tree: Tree): Tree {
    const { tag } = node ?? {}
    if (tag === undefined || !this.tags.includes(tag)) return tree
    // The parser takes a value with a tag that it does not know for text.
    const isPlain = isScalar(node) && node.type === Scalar.PLAIN
    return isPlain ? { ...tree, tag, value: meantBy(node.source) } : { ...tree, tag }
  }

  private content(node: Node | null, offset: number, path: string, depth: number): Tree {
    if (depth > MAX_DEPTH) {
      this.faults.push(tooDeep(offset, path))
      return leaf(null, offset)
    }
    if (isMap(node)) return this.map(node, offset, path, depth)
    if (isSeq(node)) return this.list(node, offset, path, depth)
    return leaf(isScalar(node) ? scalar(node) : null, offset)
  }

  private alias(name: string, offset: number, path: string, depth: number): Tree {
    const target = this.anchors.get(name)
    if (target !== undefined && target !== 'open') {
      if (depth + target.height > MAX_DEPTH) this.faults.push(tooDeep(offset, path))
      else if (target.size <= MAX_NODES) return target
      else this.fault(offset, path, `too many values with aliases expanded, at most ${MAX_NODES} are allowed`)
      return leaf(null, offset)
    }
    const why = target === 'open' ? 'stands inside what it names' : 'names nothing that stands before it'
    this.fault(offset, path, `the alias *${name} ${why}`, `write &${name} before the value that is meant`)
    return leaf(null, offset)
  }

  private list(node: YAMLSeq, offset: number, path: string, depth: number): Tree {
    const parts = new Map<string, Part>()
    node.items.forEach((item, index) => {
      const tree = this.node(item as Node | null, stepDown(path, index), depth + 1, offset)
      parts.set(String(index), { keyOffset: tree.offset, tree })
    })
    return branch(
      [...parts.values()].map((part) => part.tree.value),
      offset,
      parts,
      true,
    )
  }

  private map(node: YAMLMap, offset: number, path: string, depth: number): Tree {
    const parts = new Map<string, Part>()
    const merges: Tree[] = []
    for (const { key, value } of node.items) {
      const keyNode = key as Node | null
      const keyOffset = keyNode?.range?.[0] ?? offset
      const name = this.keyName(keyNode, keyOffset, path)
      if (name === undefined) continue
      const inner = stepDown(path, name)
      const tree = this.node(value as Node | null, inner, depth + 1, keyOffset)
      if (name === '<<' && isScalar(keyNode) && keyNode.type === Scalar.PLAIN) merges.push(tree)
      else if (PROTOTYPE_KEYS.has(name)) this.fault(keyOffset, inner, `the field name "${name}" is not allowed`)
      else if (parts.has(name)) this.fault(keyOffset, inner, `\`${name}\` is written twice`, 'keep one of them')
      else parts.set(name, { keyOffset, tree })
    }
    for (const merge of merges) this.merge(merge, parts, path)
    const value: Record<string, unknown> = {}
    for (const [name, part] of parts) value[name] = part.tree.value
    return branch(value, offset, parts, false)
  }

  private keyName(node: Node | null, offset: number, path: string): string | undefined {
    if (isScalar(node)) {
      if (typeof node.value === 'string') return node.value
      if (node.source !== undefined && node.source !== '') return node.source
    }
    this.fault(offset, path, 'a field name must be plain text', 'write `name: value`')
    return undefined
  }

  /** Adds what is not there yet: the map's own fields come first, then the merged maps in their order. */
  private merge(source: Tree, parts: Map<string, Part>, path: string): void {
    const sources = source.list ? [...source.parts.values()].map((part) => part.tree) : [source]
    for (const { value, parts: more, list, offset } of sources) {
      if (list || typeof value !== 'object' || value === null || value instanceof Written) {
        this.fault(offset, stepDown(path, '<<'), 'a merge key takes a map, an alias of one, or a list of those')
        continue
      }
      for (const [name, part] of more) if (!parts.has(name)) parts.set(name, part)
    }
  }
}

export const branch = (value: unknown, offset: number, parts: ReadonlyMap<string, Part>, list: boolean): Tree => {
  let size = 1
  let height = 0
  for (const { tree } of parts.values()) {
    size += tree.size
    height = Math.max(height, tree.height)
  }
  return { value, offset, parts, list, size, height: height + 1 }
}

const meantBy = (source = ''): unknown => scalar({ value: parse(source, { schema: 'core' }), source })

/** Keeps what was written where the value alone would lose it. */
const scalar = ({ value, source }: Pick<Scalar, 'value' | 'source'>): unknown => {
  const lossy = (typeof value === 'number' || typeof value === 'boolean') && source !== undefined
  return lossy && String(value) !== source ? new Written(value, source) : value
}
