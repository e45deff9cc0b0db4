import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import * as E from 'fp-ts/Either'
import { causeText, type OrkError, orkError, renderError } from '#libs/kernel'
import {
  type Converted,
  convertCompose,
  decodeJobText,
  isCompose,
  type JobSpec,
  parseJobFile,
  type ReadText,
} from '#libs/spec'
import { UsageFailure } from '../failure'
import { stderr } from '../output'
import { escapeText } from '../render/escape'

/** What flags say about Compose files. */
export interface ComposeChoice {
  readonly profiles?: readonly string[] | undefined
  readonly lenient?: boolean
}

/** Reads the one job of a file, or of several Compose files, as `readJobs` does. */
export const readJob = async (files: readonly string[], choice: ComposeChoice = {}): Promise<JobSpec> => {
  const [job, ...more] = await readJobs(files, choice)
  if (job !== undefined && more.length === 0) return job
  const next = '`ork convert` shows them, each as a file'
  throw new UsageFailure(
    orkError('BadJobFile', `there are ${more.length + 1} jobs in it`, { where: files.join(' '), next }),
  )
}

/**
 * Reads a job file, or the Compose files of a project, each over those before, with all the jobs that they come to; `-`
 * is standard input. Throws UsageFailure with everything that is wrong with it; what makes no difference is said on stderr.
 */
export const readJobs = async (files: readonly string[], choice: ComposeChoice = {}): Promise<readonly JobSpec[]> => {
  const texts = await readTexts(files)
  const [first, second] = texts
  if (first === undefined || second !== undefined || isCompose(first.text)) return (await convert(texts, choice)).jobs
  const read = first.file === '-' ? undefined : readBeside(first.file)
  return [orThrow(first.name, parseJobFile(first.text, first.name, read))]
}

/** Reads Compose files as the job files that say the same. Throws UsageFailure, also for files that are none. */
export const readCompose = async (files: readonly string[], choice: ComposeChoice = {}): Promise<Converted> =>
  convert(await readTexts(files), choice)

interface FileText {
  readonly file: string
  readonly name: string
  readonly text: string
}

const convert = async (texts: readonly FileText[], choice: ComposeChoice): Promise<Converted> => {
  const { profiles, lenient = false } = choice
  const { file = '-', name = '' } = texts[0] ?? {}
  const converted = convertCompose(texts, {
    ...(profiles === undefined ? {} : { profiles }),
    lenient,
    environment: process.env,
    folder: file === '-' ? process.cwd() : dirname(resolve(file)),
    read: readBeside(file === '-' ? resolve('-') : file),
  })
  const { warnings, ...rest } = orThrow(name, converted)
  for (const warning of warnings) await stderr.write(`${escapeText(renderError(warning))}\n`)
  return { ...rest, warnings }
}

const orThrow = <A>(name: string, result: E.Either<readonly OrkError[], A>): A => {
  if (E.isRight(result)) return result.right
  const [first, ...rest] = result.left
  throw first === undefined ? new Error(`${name} was refused without a reason`) : new UsageFailure(first, ...rest)
}

/** Reads what a job file names, from the folder that it is in. */
const readBeside =
  (file: string): ReadText =>
  (path) => {
    try {
      return E.right(readFileSync(resolve(dirname(file), path), 'utf8'))
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      return E.left(code === 'ENOENT' ? 'there is no such file' : causeText(cause))
    }
  }

const readTexts = async (files: readonly string[]): Promise<readonly FileText[]> => {
  const texts: FileText[] = []
  for (const file of files) {
    const name = file === '-' ? 'standard input' : file
    const text = decodeJobText(await readBytes(file), name)
    if (E.isLeft(text)) throw new UsageFailure(text.left)
    texts.push({ file, name, text: text.right })
  }
  return texts
}

const readBytes = async (file: string): Promise<Uint8Array> => {
  if (file === '-') {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  }
  try {
    return await readFile(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    const what = code === 'ENOENT' ? 'there is no such file' : `cannot be read: ${causeText(cause)}`
    throw new UsageFailure(orkError('NoJobFile', what, { where: file, next: 'name a job file; examples/ holds some' }))
  }
}
