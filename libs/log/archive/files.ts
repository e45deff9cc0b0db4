import { createHash } from 'node:crypto'
import { closeSync, createReadStream, fsyncSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createGunzip, gzipSync } from 'node:zlib'
import { causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Log, StoredMessage } from '../port'
import { fromLine, toLine } from './line'
import { type ArchiveFile, chainErrors, chainOf, type Manifest, syncFolder } from './manifest'

/** Events in one file, and at least so many in each of its parts but the last. */
const FILE_EVENTS = 100_000
const PART_EVENTS = 1_000

/** What is being written; one that was interrupted leaves it to the next to write over. */
const UNFINISHED = 'unfinished.jsonl.gz'

const nameOf = (firstSeq: number, lastSeq: number): string =>
  `${String(firstSeq).padStart(12, '0')}-${String(lastSeq).padStart(12, '0')}.jsonl.gz`

/**
 * Writes the next file of an archive, behind `before` and up to at most `to`, and has it on the disk; it takes its name
 * once it is whole. Throws OrkFailure, also where a message is missing.
 */
export const writeFile = async (
  dir: string,
  messages: Log['messages'],
  before: ArchiveFile | undefined,
  to: number,
): Promise<ArchiveFile> => {
  const firstSeq = (before?.lastSeq ?? 0) + 1
  const lastSeq = Math.min(to, firstSeq + FILE_EVENTS - 1)
  const name = nameOf(firstSeq, lastSeq)
  mkdirSync(dir, { recursive: true })
  const handle = openSync(join(dir, UNFINISHED), 'w')
  const hash = createHash('sha256')
  let bytes = 0
  try {
    for await (const lines of partsOf(messages(firstSeq, lastSeq), firstSeq, lastSeq)) {
      // Each part is a gzip of its own; several behind one another are one, for every program.
      const part = gzipSync(lines.join(''))
      writeSync(handle, part)
      hash.update(part)
      bytes += part.length
    }
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
  renameSync(join(dir, UNFINISHED), join(dir, name))
  syncFolder(dir)
  const file = { name, firstSeq, lastSeq, events: lastSeq - firstSeq + 1, bytes, sha256: hash.digest('hex') }
  return { ...file, chain: chainOf(file, before) }
}

/** The lines of all messages from one sequence to another, in parts that are worth compressing. */
async function* partsOf(
  messages: AsyncIterable<readonly StoredMessage[]>,
  from: number,
  to: number,
): AsyncGenerator<readonly string[]> {
  let lines: string[] = []
  let next = from
  for await (const batch of messages) {
    for (const message of batch) {
      if (message.seq !== next) throw missing(next)
      lines.push(`${toLine(message)}\n`)
      next += 1
    }
    if (lines.length < PART_EVENTS) continue
    yield lines
    lines = []
  }
  if (next <= to) throw missing(next)
  if (lines.length > 0) yield lines
}

const missing = (seq: number): OrkFailure => new OrkFailure(orkError('EventMissing', `the log has no event ${seq}`))

/**
 * The messages of one file, in batches. Throws OrkFailure (`ArchiveDamaged`) naming the file, at the latest at its end,
 * where it is not as it was written.
 */
export async function* readFile(dir: string, file: ArchiveFile): AsyncGenerator<readonly StoredMessage[]> {
  const path = join(dir, file.name)
  const hash = createHash('sha256')
  let batch: StoredMessage[] = []
  let next = file.firstSeq
  try {
    const { size } = statSync(path)
    if (size !== file.bytes) throw new Error(`it has ${size} of ${file.bytes} bytes`)
    const source = createReadStream(path)
    source.on('data', (chunk) => hash.update(chunk))
    const unzipped = source.pipe(createGunzip())
    source.on('error', (cause) => unzipped.destroy(cause))
    for await (const line of createInterface({ input: unzipped, crlfDelay: Number.POSITIVE_INFINITY })) {
      const message = fromLine(line)
      if (message.seq !== next) throw new Error(`event ${message.seq} stands where ${next} should`)
      next += 1
      if (batch.push(message) < 1_000) continue
      yield batch
      batch = []
    }
    if (next !== file.lastSeq + 1) throw new Error(`it ends before event ${next}`)
    const sha256 = hash.digest('hex')
    if (sha256 !== file.sha256) throw new Error('its SHA-256 is not the one it was written with')
  } catch (cause) {
    throw new OrkFailure(damaged(path, causeText(cause)), { cause })
  }
  if (batch.length > 0) yield batch
}

const damaged = (where: string, why: string): OrkError =>
  orkError('ArchiveDamaged', `cannot be read: ${why}`, { where, next: 'take it back from a copy of the archive' })

/** Reads a whole archive and tells everything that is wrong with it. */
export const archiveErrors = async (
  dir: string,
  manifest: Manifest,
  onFile: (file: ArchiveFile) => void = () => {},
): Promise<readonly OrkError[]> => {
  const errors = [...chainErrors(dir, manifest)]
  for (const file of manifest.files) {
    onFile(file)
    try {
      for await (const _ of readFile(dir, file));
    } catch (cause) {
      if (!(cause instanceof OrkFailure)) throw cause
      errors.push(cause.error)
    }
  }
  return errors
}
