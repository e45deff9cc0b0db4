import type { Part, Tree } from '../source'
import { isNothing, listOf, mapOf, type Origin } from './reading'

/** A map of the job file in the making; every value knows where in the Compose file it comes from. */
export class Draft {
  private readonly fields = new Map<string, Tree | Draft | Tree[]>()

  constructor(private readonly origin: Origin) {}

  /** Sets a field, `a.b` being `b` in the map `a`. Nothing and an empty list are what not setting it means. */
  set(path: string, tree: Tree | undefined): void {
    if (tree === undefined || isNothing(tree) || (tree.list && tree.parts.size === 0)) return
    const [owner, name] = this.ownerOf(path, tree)
    owner.fields.set(name, tree)
  }

  /** Adds an item to a list. */
  add(path: string, item: Tree): void {
    const [owner, name] = this.ownerOf(path, item)
    const before = owner.fields.get(name)
    if (Array.isArray(before)) before.push(item)
    else owner.fields.set(name, [item])
  }

  has(path: string): boolean {
    const [head = '', ...rest] = path.split('.')
    const field = this.fields.get(head)
    if (rest.length === 0) return field !== undefined
    return field instanceof Draft && field.has(rest.join('.'))
  }

  tree(): Tree {
    const parts = new Map<string, Part>()
    for (const [key, field] of this.fields) {
      const tree = field instanceof Draft ? field.tree() : Array.isArray(field) ? listOf(field, this.origin) : field
      parts.set(key, { keyOffset: tree.offset, tree })
    }
    return mapOf(parts, this.origin)
  }

  private ownerOf(path: string, origin: Origin): readonly [Draft, string] {
    const [head = '', ...rest] = path.split('.')
    if (rest.length === 0) return [this, head]
    const inner = this.fields.get(head)
    const draft = inner instanceof Draft ? inner : new Draft(origin)
    this.fields.set(head, draft)
    return draft.ownerOf(rest.join('.'), origin)
  }
}
