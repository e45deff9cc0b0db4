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

/** Reads the one job of a file, as `readJobs` does. */
export const readJob = async (file: string): Promise<JobSpec> => {
  const [job, ...more] = await readJobs(file)
  if (job !== undefined && more.length === 0) return job
  const next = '`ork convert` shows them, each as a file'
  throw new UsageFailure(orkError('BadJobFile', `there are ${more.length + 1} jobs in it`, { where: file, next }))
}

/**
 * Reads a job file, or a Compose file with all the jobs it comes to; `-` is standard input. Throws UsageFailure with
 * everything that is wrong with it; what makes no difference is said on stderr.
 */
export const readJobs = async (file: string, choice: ComposeChoice = {}): Promise<readonly JobSpec[]> => {
  const { name, text } = await readText(file)
  if (isCompose(text)) return (await convert(file, name, text, choice)).jobs
  return [orThrow(name, parseJobFile(text, name, file === '-' ? undefined : readBeside(file)))]
}

/** Reads a Compose file as the job files that say the same. Throws UsageFailure, also for a file that is none. */
export const readCompose = async (file: string, choice: ComposeChoice = {}): Promise<Converted> => {
  const { name, text } = await readText(file)
  return convert(file, name, text, choice)
}

const convert = async (file: string, name: string, text: string, choice: ComposeChoice): Promise<Converted> => {
  const { profiles, lenient = false } = choice
  const converted = convertCompose(text, name, {
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

const readText = async (file: string): Promise<{ readonly name: string; readonly text: string }> => {
  const name = file === '-' ? 'standard input' : file
  const text = decodeJobText(await readBytes(file), name)
  if (E.isLeft(text)) throw new UsageFailure(text.left)
  return { name, text: text.right }
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
