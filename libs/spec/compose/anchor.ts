import type { Tree } from '../source'
import type { Lookup } from './interpolate'
import { pathFrom } from './paths'
import { isMap, isNothing, isText, mapOf, partOf, textOf } from './reading'

type Change = (tree: Tree) => Tree

/**
 * What a file in another folder says, as it would be said beside the first file: paths start there, and variables that
 * are only passed on have the values that they have in its own environment.
 */
export const anchored = (file: Tree, folder: string, lookup: Lookup): Tree => {
  const path: Change = (tree) => (isText(tree) ? said(pathFrom(folder, textOf(tree) ?? ''), tree) : tree)
  const beside = fields({ file: path })
  const service = fields({
    env_file: eachOrIt((item) => (isText(item) ? path(item) : fields({ path })(item))),
    environment: (tree) => (tree.list ? each((item) => passedOn(item, lookup))(tree) : each(valued(lookup))(tree)),
    extends: fields({ file: path }),
    volumes: each((item) => mount(item, path)),
  })
  return fields({ services: each(service), configs: each(beside), secrets: each(beside) })(file)
}

/** The same place with another value; a tag stays. */
const said = (value: string, tree: Tree): Tree => ({ ...tree, value })

/** Only what is written as a path is one: a source without a dot or a slash names a volume. */
const mount = (item: Tree, path: Change): Tree => {
  const text = textOf(item)
  if (text === undefined) {
    const type = partOf(item, 'type')
    return type !== undefined && textOf(type) === 'bind' ? fields({ source: path })(item) : item
  }
  const [source = '', ...rest] = text.split(':')
  if (!source.startsWith('.') || rest.length === 0) return item
  return said([textOf(path(said(source, item))), ...rest].join(':'), item)
}

/** `NAME` of a list, as `NAME=value` where it has one. */
const passedOn = (item: Tree, lookup: Lookup): Tree => {
  const name = textOf(item)
  const value = name === undefined || name.includes('=') ? undefined : lookup(name)
  return value === undefined ? item : said(`${name}=${value}`, item)
}

const valued =
  (lookup: Lookup) =>
  (tree: Tree, name: string): Tree => {
    const value = isNothing(tree) ? lookup(name) : undefined
    return value === undefined ? tree : said(value, tree)
  }

/** Each of a map or a list changed. */
const each =
  (change: (tree: Tree, key: string) => Tree): Change =>
  (tree) => {
    if (tree.parts.size === 0) return tree
    const parts = [...tree.parts].map(([key, part]) => [key, { ...part, tree: change(part.tree, key) }] as const)
    const changed = mapOf(new Map(parts), tree)
    return {
      ...tree,
      parts: changed.parts,
      value: tree.list ? parts.map(([, part]) => part.tree.value) : changed.value,
    }
  }

const eachOrIt =
  (change: Change): Change =>
  (tree) =>
    tree.list ? each(change)(tree) : change(tree)

/** A map with some of its fields changed. */
const fields =
  (changes: Readonly<Record<string, Change>>): Change =>
  (tree) => {
    const change = (part: Tree, key: string): Tree =>
      Object.hasOwn(changes, key) ? (changes[key]?.(part) ?? part) : part
    return isMap(tree) ? each(change)(tree) : tree
  }
