import { mkdirSync } from 'node:fs'
import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import * as E from 'fp-ts/Either'
import { contentOf, emptyCluster, FOLD_VERSION } from '#libs/cluster'
import { formatBytes, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import {
  archivedLog,
  archiveErrors,
  type Connection,
  lastArchived,
  type Manifest,
  readManifest,
  writeArchiveFile,
  writeManifest,
} from '#libs/log'
import { tryLock } from '#libs/nats-server'
import { advanceSnapshot, checkSnapshot, listSnapshots, type Snapshot } from '#libs/snapshots'
import { firstSeqOf, type Point } from '../client/point'
import { grouped } from '../render/foldProgress'
import { count } from '../render/sentence'
import { foldWithProgress } from './replay'

export interface ArchiveOptions {
  readonly dir: string
  /** Only events before; all that may be moved when absent. */
  readonly before: Point | undefined
  readonly signal: AbortSignal
}

export interface Archived {
  readonly dir: string
  /** Events moved now, and all that the archive holds. */
  readonly moved: number
  readonly lastSeq: number
  readonly files: number
  readonly bytes: number
}

/** Moves the past into files. Throws OrkFailure; what is not proved to be in the files stays in the log. */
export const archive = async (connection: Connection, options: ArchiveOptions): Promise<Archived> => {
  mkdirSync(options.dir, { recursive: true })
  const lock = await tryLock(join(options.dir, 'lock'))
  if (E.isLeft(lock)) throw new OrkFailure(busy(options.dir, lock.left.pid))
  try {
    return await move(connection, options)
  } finally {
    lock.right.release()
  }
}

const busy = (dir: string, pid: number): OrkError =>
  orkError('ArchiveBusy', `process ${pid} is archiving into this folder`, {
    where: resolve(dir),
    next: 'wait until it has ended; nothing was done',
  })

const move = async (connection: Connection, { dir, before, signal }: ArchiveOptions): Promise<Archived> => {
  const { log } = connection
  const { firstSeq, lastSeq } = await log.info()
  const wanted = before === undefined ? lastSeq : (await firstSeqOf(log, before)) - 1
  let manifest = await continued(dir, log.cluster, firstSeq)
  const snapshot = await oldestSnapshot(connection)
  // One event at least stays, so that the log itself says where it is.
  const to = Math.min(wanted, snapshot.head.seq, lastSeq - 1)
  while (lastArchived(manifest) < to) {
    signal.throwIfAborted()
    const file = await writeArchiveFile(dir, log.messages, manifest.files.at(-1), to)
    manifest = { ...manifest, files: [...manifest.files, file] }
    writeManifest(dir, manifest)
  }
  const upTo = Math.min(lastArchived(manifest), snapshot.head.seq)
  if (upTo >= firstSeq) {
    await prove(connection, dir, manifest, snapshot, signal)
    await log.purge(upTo, { host: hostname(), dir: resolve(dir) })
  }
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
  const moved = Math.max(0, upTo - Math.max(1, firstSeq) + 1)
  return { dir: resolve(dir), moved, lastSeq: lastArchived(manifest), files: manifest.files.length, bytes }
}

/** The manifest that is to be continued: the log must begin where it ends, or before. */
const continued = async (dir: string, cluster: string, firstSeq: number): Promise<Manifest> => {
  const manifest = readManifest(dir) ?? { format: 1, cluster, files: [] }
  const last = lastArchived(manifest)
  if (manifest.cluster !== cluster) throw refused('OtherArchive', dir, 'this is the archive of another cluster')
  if (last < firstSeq - 1) {
    const what = last === 0 ? 'there is no archive here' : `this archive ends at ${last}`
    throw refused('ArchiveIncomplete', dir, `${what}, the log begins at ${firstSeq}: what is between is in another one`)
  }
  return manifest
}

const refused = (tag: string, dir: string, what: string): OrkFailure =>
  new OrkFailure(orkError(tag, what, { where: resolve(dir), next: 'name the folder that the last archive went to' }))

/** All that services may start from must go on working: the oldest snapshot that is good says how far may be moved. */
const oldestSnapshot = async (connection: Connection): Promise<Snapshot> => {
  const find = async (): Promise<Snapshot | undefined> => {
    for (const one of [...(await listSnapshots(connection))].reverse()) {
      const checked = one.fold === FOLD_VERSION ? await checkSnapshot(connection, one.name) : null
      if (checked !== null && E.isRight(checked)) return checked.right
    }
    return undefined
  }
  const found = await find()
  if (found !== undefined) return found
  await advanceSnapshot(connection, () => undefined)
  const taken = await find()
  if (taken === undefined) throw new OrkFailure(noSnapshot())
  return taken
}

const noSnapshot = (): OrkError =>
  orkError('NoSnapshot', 'there is no snapshot that services could start from', {
    next: 'see `ork snapshot list` for why; nothing was moved',
  })

/** Reads the files back, and folds them and what follows up to the snapshot: both must come to the same. */
const prove = async (
  { log, prefix }: Connection,
  dir: string,
  manifest: Manifest,
  snapshot: Snapshot,
  signal: AbortSignal,
): Promise<void> => {
  const through = archivedLog(await fromArchive(log, manifest), prefix, dir, manifest)
  const { seq } = snapshot.head
  const { cluster } = await foldWithProgress(through, seq, 'proving', signal, { base: emptyCluster() })
  if (contentOf(cluster) === contentOf(snapshot.cluster)) return
  throw new OrkFailure(
    orkError(
      'ArchiveDiffers',
      `what was written does not lead to the snapshot of sequence ${seq}; nothing was removed`,
      {
        where: resolve(dir),
        next: 'see `ork archive verify` and `ork replay --verify`',
      },
    ),
  )
}

/** The log as if what is in the archive were gone from it already, so that the files are what is read. */
const fromArchive = async (log: Connection['log'], manifest: Manifest): Promise<Connection['log']> => {
  const info = await log.info()
  return { ...log, info: async () => ({ ...info, firstSeq: lastArchived(manifest) + 1 }) }
}

/** What came of `archive`, as a sentence. */
export const archivedText = ({ dir, moved, lastSeq, files, bytes }: Archived): string =>
  moved === 0
    ? `nothing to move: what is before the snapshots is in ${dir} already, up to sequence ${lastSeq}`
    : `moved ${grouped(moved)} ${moved === 1 ? 'event' : 'events'}; ${dir} holds all up to sequence ${lastSeq} in ${count(files, 'file')}, ${formatBytes(bytes)}`

export interface CheckedArchive {
  readonly dir: string
  readonly lastSeq: number
  readonly files: number
  readonly problems: readonly OrkError[]
}

/** Reads an archive whole. Throws OrkFailure where there is none. */
export const verifyArchive = async (dir: string): Promise<CheckedArchive> => {
  const manifest = readManifest(dir)
  if (manifest === null) {
    throw new OrkFailure(orkError('NoArchive', 'there is no archive', { where: join(resolve(dir), 'manifest.json') }))
  }
  const problems = await archiveErrors(dir, manifest)
  return { dir: resolve(dir), lastSeq: lastArchived(manifest), files: manifest.files.length, problems }
}

/** What came of `verifyArchive`, as a sentence. */
export const verifiedText = ({ dir, lastSeq, files, problems }: CheckedArchive): string =>
  problems.length === 0
    ? `whole: ${dir} holds events 1 to ${lastSeq} in ${count(files, 'file')}`
    : `damaged: ${count(problems.length, 'problem')} in ${count(files, 'file')} of ${dir}`
