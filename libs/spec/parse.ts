import * as E from 'fp-ts/Either'
import type * as t from 'io-ts'
import { formatBytes, type OrkError, orkError } from '#libs/kernel'
import { type ReadText, readsNothing, withEnvFiles } from './file/envFiles'
import { completeJob, jobFileShape } from './file/job'
import { MAX_PROBLEMS, MAX_SPEC_BYTES } from './limits'
import type { JobSpec } from './model'
import { type Finding, Problem } from './shapes'
import { type Fault, readSource, stepDown, Texts, type Tree, toErrors, utf8Length } from './source'

/**
 * Reads a job file, YAML or JSON, into the canonical job. `file` is only for the errors, each of which has the tag
 * `BadJobFile` and says where: `web.yaml:7:15 tasks[0].replicas`. All problems are reported together, in the order
 * of the file. `readText` gives the env files that it names. Never throws.
 */
export const parseJobFile = (
  text: string,
  file: string,
  readText: ReadText = readsNothing,
): E.Either<readonly OrkError[], JobSpec> => {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text
  const source = readSource(body)
  const result = E.isLeft(source) ? source : readTree(source.right.tree, source.right.faults, readText)
  if (E.isRight(result)) return result
  const texts = new Texts()
  texts.add(file, body)
  return E.left(toErrors(result.left, texts, MAX_PROBLEMS))
}

/** The bytes of a file as text; what is not UTF-8 is refused rather than patched. */
export const decodeJobText = (bytes: Uint8Array, file: string): E.Either<OrkError, string> => {
  try {
    return E.right(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return E.left(orkError('BadJobFile', 'not UTF-8 text', { where: file, next: 'save the file as UTF-8' }))
  }
}

/** The canonical job of what stands in a file, or was made from it. Left: all that is wrong, `faults` among it. */
export const readTree = (
  tree: Tree,
  faults: readonly Fault[],
  readText: ReadText,
): E.Either<readonly Fault[], JobSpec> => {
  const decoded = jobFileShape.validate(tree.value, [{ key: '', type: jobFileShape, actual: tree.value }])
  if (E.isLeft(decoded)) return E.left([...faults, ...decoded.left.map((error) => toFault(tree, error))])
  if (faults.length > 0) return E.left(faults)
  const whole = withEnvFiles(decoded.right, readText)
  if (E.isLeft(whole)) return E.left(whole.left.map((finding) => toFault(tree, problemOf(finding))))
  const spec = completeJob(whole.right)
  const size = utf8Length(JSON.stringify(spec))
  if (size <= MAX_SPEC_BYTES) return E.right(spec)
  const what = `the job takes ${formatBytes(size)} in the log, at most ${formatBytes(MAX_SPEC_BYTES)} are allowed`
  return E.left([{ offset: 0, path: '', what, next: 'split it into several jobs, or move large texts into the image' }])
}

const problemOf = ({ at, what, next }: Finding): Problem =>
  new Problem(
    undefined,
    ['', ...at].map((key) => ({ key: String(key), type: jobFileShape })),
    what,
    next,
  )

/** Finds the place of a problem: the value, the field's name, or the nearest thing around what is missing. */
const toFault = (root: Tree, error: t.ValidationError): Fault => {
  let tree: Tree | undefined = root
  let offset = root.offset
  let path = ''
  for (const { key } of error.context.slice(1)) {
    const part: { readonly keyOffset: number; readonly tree: Tree } | undefined = tree?.parts.get(key)
    path = part?.tree.path ?? stepDown(path, tree?.list === true ? Number(key) : key)
    if (part !== undefined) offset = part.tree.offset
    if (part !== undefined && error instanceof Problem && error.at === 'key') offset = part.keyOffset
    tree = part?.tree
  }
  const what = error.message ?? 'not allowed here'
  return error instanceof Problem && error.next !== undefined
    ? { offset, path, what, next: error.next }
    : { offset, path, what }
}
