import { createHash } from 'node:crypto'
import { createReadStream, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import * as t from 'io-ts'
import { Count, causeText, formatBytes, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Backups, SavedStream } from '#libs/log'
import { grouped } from '../render/foldProgress'

const StreamCodec = t.type({
  name: t.string,
  file: t.string,
  bytes: Count,
  sha256: t.string,
  config: t.UnknownRecord,
  state: t.UnknownRecord,
})

const BackupCodec = t.type(
  { format: t.literal(1), time: t.string, streams: t.array(StreamCodec), sha256: t.string },
  'backup',
)

interface SavedFile extends SavedStream {
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

export interface Backup {
  readonly format: 1
  /** When it was begun. */
  readonly time: string
  readonly streams: readonly SavedFile[]
  /** Of all else in here: how a stream is to be kept matters as much as what is in it. */
  readonly sha256: string
}

const MANIFEST = 'backup.json'

/** Saves all streams into a new folder; the manifest, written last, makes it a backup. Throws OrkFailure. */
export const backup = async (backups: Backups, dir: string): Promise<Backup & { readonly dir: string }> => {
  if (existsSync(dir))
    throw new OrkFailure(orkError('FolderExists', 'is there already', { where: resolve(dir), next: 'name a new one' }))
  const time = new Date().toISOString()
  const found = await backups.streams()
  if (found.length === 0) {
    throw new OrkFailure(orkError('NoLog', 'no cluster of ork is on this server', { next: 'was it another --prefix?' }))
  }
  mkdirSync(dir, { recursive: true })
  const streams: SavedFile[] = []
  for (const { name } of found) streams.push(await saveStream(backups, dir, name))
  const said = { format: 1, time, streams } as const
  const manifest = { ...said, sha256: digestOf(said) }
  await writeDown(
    join(dir, MANIFEST),
    async (file) => void (await file.write(`${JSON.stringify(manifest, null, 2)}\n`)),
  )
  return { dir: resolve(dir), ...manifest }
}

const digestOf = (said: Omit<Backup, 'sha256'>): string =>
  createHash('sha256').update(JSON.stringify(said)).digest('hex')

const saveStream = async (backups: Backups, dir: string, name: string): Promise<SavedFile> => {
  const file = `${name}.stream`
  const hash = createHash('sha256')
  let bytes = 0
  const saved = await writeDown(join(dir, file), (handle) =>
    backups.save(name, async (piece) => {
      hash.update(piece)
      bytes += piece.length
      await handle.write(piece)
    }),
  )
  return { ...saved, file, bytes, sha256: hash.digest('hex') }
}

/** Writes a new file and has it on the disk. */
const writeDown = async <T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> => {
  const file = await open(path, 'wx')
  try {
    const result = await write(file)
    await file.sync()
    return result
  } finally {
    await file.close()
  }
}

/**
 * Makes the streams again, or those that a restore which was interrupted did not come to. Throws OrkFailure; nothing is
 * written where a file is damaged or there is a cluster already.
 */
export const restore = async (backups: Backups, dir: string, replicas: number | undefined): Promise<Backup> => {
  const manifest = readBackup(dir)
  for (const stream of manifest.streams) await check(dir, stream)
  const there = await backups.streams()
  const missing = manifest.streams.filter((saved) => !there.some((one) => isAsSaved(one, saved)))
  const [first] = there
  if (first !== undefined && (missing.length === 0 || there.length + missing.length > manifest.streams.length))
    throw new OrkFailure(
      there.some(({ name }) => name.endsWith('_EVENTS')) ? logExists(first.name) : leftOver(first.name),
    )
  for (const stream of missing) {
    const config = replicas === undefined ? stream.config : { ...stream.config, num_replicas: replicas }
    await backups.restore(
      { ...stream, config },
      createReadStream(join(dir, stream.file), { highWaterMark: 128 * 1024 }),
    )
  }
  return manifest
}

const isAsSaved = (there: SavedStream, saved: SavedStream): boolean =>
  there.name === saved.name &&
  (['messages', 'bytes', 'first_seq', 'last_seq'] as const).every((key) => there.state[key] === saved.state[key])

const readBackup = (dir: string): Backup => {
  const path = join(dir, MANIFEST)
  const none = (what: string): OrkFailure => new OrkFailure(orkError('NoBackup', what, { where: path }))
  if (!existsSync(path)) throw none('there is no backup, or one that did not come to its end')
  let manifest: unknown
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    throw none('it is damaged')
  }
  if (!BackupCodec.is(manifest)) throw none('it is not that of a backup')
  const { sha256, ...said } = manifest as unknown as Backup
  if (sha256 !== digestOf(said)) throw none('it is not as it was written')
  return { ...said, sha256 }
}

const check = async (dir: string, { file, bytes, sha256 }: SavedFile): Promise<void> => {
  const path = join(dir, file)
  const hash = createHash('sha256')
  let size = 0
  try {
    for await (const piece of createReadStream(path)) {
      hash.update(piece)
      size += piece.length
    }
  } catch (cause) {
    throw new OrkFailure(damaged(path, causeText(cause)), { cause })
  }
  if (size !== bytes) throw new OrkFailure(damaged(path, `it has ${size} of ${bytes} bytes`))
  if (hash.digest('hex') !== sha256) throw new OrkFailure(damaged(path, 'its SHA-256 is not the one it was saved with'))
}

const damaged = (where: string, why: string): OrkError =>
  orkError('BackupDamaged', `is not as it was saved: ${why}`, {
    where,
    next: 'nothing was restored; take another backup',
  })

const logExists = (name: string): OrkError =>
  orkError('LogExists', 'these servers hold a cluster already; nothing was restored', {
    where: `stream ${name}`,
    next: 'restore into servers without one, or under another --prefix; the services must not run meanwhile',
  })

const leftOver = (name: string): OrkError =>
  orkError('LogExists', 'these servers hold this of a cluster, and its log no more; nothing was restored', {
    where: `stream ${name}`,
    next: `it may be of events that the backup does not have: remove it (nats stream rm ${name}), and restore again`,
  })

const summary = ({ streams }: Backup): string =>
  streams
    .map(({ name, state, bytes }) => `  ${name}: up to sequence ${grouped(state.last_seq)}, ${formatBytes(bytes)}`)
    .join('\n')

/** What a backup holds, stream by stream. */
export const savedText = (saved: Backup & { readonly dir: string }): string =>
  `saved to ${saved.dir}\n${summary(saved)}`

/** What was restored, stream by stream. */
export const restoredText = (restored: Backup): string =>
  `restored what was saved at ${restored.time}; start the services again\n${summary(restored)}`
