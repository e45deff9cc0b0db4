import * as E from 'fp-ts/Either'
import { Composer, type Document, type Node, Parser } from 'yaml'
import { MAX_FILE_BYTES, MAX_NODES } from '../limits'
import type { Fault } from './fault'
import { guard } from './guard'
import { type Tree, TreeBuilder } from './tree'

/** What a text says, with the faults that did not keep it from being read. */
export interface Source {
  readonly tree: Tree
  readonly faults: readonly Fault[]
}

/**
 * Reads one YAML or JSON document (JSON is YAML) of bounded size, depth and number of values. `tags` are those of YAML
 * that mean something to the caller. Left: the text cannot be read at all.
 */
export const readSource = (text: string, tags: readonly string[] = []): E.Either<readonly Fault[], Source> => {
  if (text.length > MAX_FILE_BYTES || utf8Length(text) > MAX_FILE_BYTES) {
    return E.left([{ offset: 0, path: '', what: `the file is larger than ${MAX_FILE_BYTES / 1024} KiB` }])
  }
  const refused = guard(text)
  if (refused !== undefined) return E.left([refused])
  const documents = compose(text)
  const faults = documents.flatMap((document) => syntaxFaults(document, text, tags))
  if (faults.length > 0) return E.left(faults)
  const [first, second] = documents
  if (second !== undefined) {
    const offset = second.contents?.range?.[0] ?? second.range[0]
    const what = `the file holds ${documents.length} documents, expected one`
    return E.left([{ offset, path: '', what, next: 'put each job into a file of its own' }])
  }
  if (first === undefined || first.contents === null || isEmpty(first.contents)) {
    return E.left([{ offset: 0, path: '', what: 'the file is empty, expected a job with `name` and `tasks`' }])
  }
  const builder = new TreeBuilder(tags)
  const tree = builder.build(first.contents)
  // Walking what is shared as if it were copied would take for ever.
  return tree.size > MAX_NODES ? E.left(builder.faults) : E.right({ tree, faults: builder.faults })
}

export const utf8Length = (text: string): number => new TextEncoder().encode(text).length

const isEmpty = (node: Node): boolean => 'value' in node && node.value === null

/** Keys are checked for duplicates by the tree builder: the parser's own check takes time in their square. */
const compose = (text: string): Document.Parsed[] => {
  const composer = new Composer({ schema: 'core', uniqueKeys: false, prettyErrors: false })
  return [...composer.compose(new Parser().parse(text))]
}

const syntaxFaults = ({ errors, warnings }: Document.Parsed, text: string, tags: readonly string[]): Fault[] =>
  [...errors, ...warnings]
    .filter(({ code, pos }) => code !== 'TAG_RESOLVE_FAILED' || !tags.includes(text.slice(...pos)))
    .map(({ pos, message }) => ({ offset: pos[0], path: '', what: `not readable as YAML or JSON: ${message}` }))
