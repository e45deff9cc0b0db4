import * as E from 'fp-ts/Either'
import type { ReadText } from '../file/envFiles'
import { nearest } from '../shapes'
import type { Part, Tree } from '../source'
import type { Lookup } from './interpolate'
import { folderOf, pathFrom, plainPath } from './paths'
import { type Findings, isMap, isText, mapOf, oneOrMore, partOf, textOf } from './reading'
import { withEnvFile } from './variables'

/** What a model is read by: the files that are merged into it have this in common. */
export interface Place {
  /** Where its relative paths start; itself a path from the folder of the first file. */
  readonly folder: string
  readonly lookup: Lookup
  /** The files that are being read: it and those that include it. */
  readonly files: readonly string[]
  /** By another project, whose own these files are not. */
  readonly isIncluded: boolean
}

/** What one item of `include` names. */
interface Included {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  readonly place: Place
}

const FIELDS = ['path', 'project_directory', 'env_file']

/** Reads what an item of `include` names. Undefined: it cannot be, which has been told. */
export const openIncluded = (item: Tree, from: Place, read: ReadText, findings: Findings): Included | undefined => {
  const before = findings.wrong.length + findings.lost.length
  for (const [key, { tree }] of item.parts) {
    const guess = nearest(key, FIELDS)
    const next = guess === undefined ? `fields here: ${FIELDS.join(', ')}` : `did you mean \`${guess}\`?`
    if (!FIELDS.includes(key)) findings.tell('wrong', tree, `"${key}" is no field of what is included`, next)
  }
  const named = isMap(item) ? partOf(item, 'path') : item
  const paths = named === undefined ? [] : oneOrMore(named)
  if (paths.length === 0 || !paths.every(isText)) {
    findings.tell('wrong', named ?? item, 'expected the path of a Compose file, or a map with `path`')
  }
  const files = paths.flatMap((path) => openFile(path, from, read, findings))
  const [first] = files
  const own = partOf(item, 'project_directory')
  const folder = own === undefined ? folderOf(first?.path ?? '') : pathFrom(from.folder, textOf(own) ?? '')
  const lookup = environmentOf(partOf(item, 'env_file'), folder, from, read, findings)
  if (findings.wrong.length + findings.lost.length > before) return undefined
  const reading = [...from.files, ...files.map(({ path }) => path)]
  return { files, place: { folder, lookup, files: reading, isIncluded: true } }
}

const openFile = (tree: Tree, from: Place, read: ReadText, findings: Findings): Included['files'] => {
  const said = textOf(tree) ?? ''
  if (/^\w+:\/\/|^git@/.test(said)) {
    findings.tell('lost', tree, 'only files of this machine are included', 'fetch it, and include the file')
    return []
  }
  const path = plainPath(pathFrom(from.folder, said))
  if (from.files.includes(path)) {
    const circle = [...from.files.slice(from.files.indexOf(path)), path].join(' → ')
    findings.tell('wrong', tree, `the files include one another in a circle: ${circle}`)
    return []
  }
  const text = read(path)
  if (E.isRight(text)) return [{ path, text: text.right }]
  findings.tell('wrong', tree, `${path}: ${text.left}`)
  return []
}

/** The environment outside comes first, then the last of the files; where none is named, `.env` in the folder. */
const environmentOf = (
  named: Tree | undefined,
  folder: string,
  from: Place,
  read: ReadText,
  findings: Findings,
): Lookup => {
  if (named === undefined) {
    const beside = read(pathFrom(folder, '.env'))
    const lookup = E.isRight(beside) ? withEnvFile(from.lookup, beside.right) : E.right(from.lookup)
    return E.isRight(lookup) ? lookup.right : from.lookup
  }
  return oneOrMore(named).reduceRight((outer, file) => {
    const path = plainPath(pathFrom(from.folder, textOf(file) ?? ''))
    const text = read(path)
    const lookup = E.isLeft(text) ? E.left([text.left]) : withEnvFile(outer, text.right)
    if (E.isRight(lookup)) return lookup.right
    for (const what of lookup.left) findings.tell('wrong', file, `${path}: ${what}`)
    return outer
  }, from.lookup)
}

const SECTIONS = ['services', 'networks', 'volumes', 'secrets', 'configs']

/** The file with all that another model has beside it; what both have must be the same. */
export const withIncluded = (file: Tree, included: Tree, placeOf: (tree: Tree) => string, findings: Findings): Tree => {
  const whole = new Map<string, Part>(file.parts)
  for (const section of SECTIONS) {
    const [own, more] = [partOf(file, section), included.parts.get(section)]
    if (more === undefined || !isMap(more.tree)) continue
    const parts = new Map<string, Part>(own?.parts)
    for (const [name, part] of more.tree.parts) {
      const known = parts.get(name)
      if (known !== undefined && !sameTree(known.tree, part.tree)) {
        const what = `there is another one of this name in what is included: ${placeOf(part.tree)}`
        findings.tell(
          'wrong',
          { ...known.tree, offset: known.keyOffset },
          what,
          'change it in a file of its own that is merged',
        )
      } else parts.set(name, part)
    }
    whole.set(section, { keyOffset: more.keyOffset, tree: mapOf(parts, own ?? more.tree) })
  }
  return mapOf(whole, file)
}

const sameTree = (a: Tree, b: Tree): boolean => JSON.stringify(a.value) === JSON.stringify(b.value)
