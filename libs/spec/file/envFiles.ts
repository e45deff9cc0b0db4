import * as E from 'fp-ts/Either'
import { type Finding, PROTOTYPE_KEYS, processText } from '../shapes'
import { ENV_NAME } from '../words'
import type { JobFile } from './job'
import { templateFindings } from './templateRules'

/** The text of a file that a job file names, by the path as it stands there. Left: why it cannot be had. */
export type ReadText = (path: string) => E.Either<string, string>

/** Where a job does not come from a file there are no others beside it. */
export const readsNothing: ReadText = () => E.left('a job that does not come from a file cannot name others')

/** Puts what the tasks' env files say below their `env`; the job that comes of it names none any more. */
export const withEnvFiles = (job: JobFile, read: ReadText): E.Either<readonly Finding[], JobFile> => {
  const findings: Finding[] = []
  const tasks = job.tasks.map(({ envFiles = [], ...task }, index) => {
    const env: Record<string, string> = {}
    envFiles.forEach((path, place) => {
      const at = ['tasks', index, 'envFiles', place]
      const text = read(path)
      if (E.isLeft(text)) findings.push({ at, what: `${path}: ${text.left}` })
      else findings.push(...readEnvLines(text.right, env).map((what) => ({ at, what: `${path}: ${what}` })))
    })
    const unknown = templateFindings({ ...task, env, command: [], args: [] })
    findings.push(...unknown.map((each) => ({ ...each, at: ['tasks', index, 'envFiles'] })))
    return { ...task, env: { ...env, ...task.env } }
  })
  return findings.length > 0 ? E.left(findings) : E.right({ ...job, tasks })
}

/**
 * Adds the variables of a file, `NAME=value` a line, with `#` before remarks, values as they stand or in quotes (`\n` is
 * a line break in double ones). Tells what is wrong, with its line.
 */
export const readEnvLines = (text: string, env: Record<string, string>): readonly string[] =>
  text.split(/\r?\n/).flatMap((line, index) => {
    if (/^\s*(#|$)/.test(line)) return []
    const match = /^\s*(?:export\s+)?([^=\s]+)\s*=\s*(.*?)\s*$/.exec(line)
    const [, name = '', written = ''] = match ?? []
    const isName = ENV_NAME.pattern.test(name) && !PROTOTYPE_KEYS.has(name)
    if (!isName) return [`line ${index + 1} is not NAME=value`]
    const value = unquoted(written)
    if (value === null) return [`line ${index + 1} has a quote that does not end`]
    if (!processText.is(value)) return [`line ${index + 1} has a NUL or half a character`]
    env[name] = value
    return []
  })

const unquoted = (written: string): string | null => {
  const quote = written[0]
  if (quote !== '"' && quote !== "'") return written.replace(/\s#.*$/, '').trimEnd()
  const match = quote === '"' ? /^"((?:[^"\\]|\\.)*)"\s*(#.*)?$/.exec(written) : /^'([^']*)'\s*(#.*)?$/.exec(written)
  if (match === null) return null
  const inner = match[1] ?? ''
  return quote === "'" ? inner : inner.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
}
