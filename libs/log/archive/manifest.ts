import { createHash } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as t from 'io-ts'
import { Count, causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'

/** One file of an archive. */
const FileCodec = t.type(
  {
    name: t.string,
    firstSeq: Count,
    lastSeq: Count,
    events: Count,
    bytes: Count,
    /** Of the file as it lies on the disk. */
    sha256: t.string,
    /** Of all that is said of this file and of the `chain` of the one before: no file can be left out or changed. */
    chain: t.string,
  },
  'file of an archive',
)
export type ArchiveFile = t.TypeOf<typeof FileCodec>

const ManifestCodec = t.type({ format: t.literal(1), cluster: t.string, files: t.array(FileCodec) }, 'manifest')
export type Manifest = t.TypeOf<typeof ManifestCodec>

const NAME = 'manifest.json'

/** What the chain says of a file behind those that are there. */
export const chainOf = (file: Omit<ArchiveFile, 'chain'>, before: ArchiveFile | undefined): string => {
  const { name, firstSeq, lastSeq, events, bytes, sha256 } = file
  const said = JSON.stringify([before?.chain ?? '', name, firstSeq, lastSeq, events, bytes, sha256])
  return createHash('sha256').update(said).digest('hex')
}

/** Sequence of the last event that is in the archive; 0 when it is empty. */
export const lastArchived = ({ files }: Manifest): number => files.at(-1)?.lastSeq ?? 0

/** The manifest of an archive; null where there is none. Throws OrkFailure where it is not one. */
export const readManifest = (dir: string): Manifest | null => {
  const path = join(dir, NAME)
  if (!existsSync(path)) return null
  let manifest: unknown
  try {
    manifest = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new OrkFailure(broken(path, causeText(cause)), { cause })
  }
  if (!ManifestCodec.is(manifest)) throw new OrkFailure(broken(path, 'it is not the manifest of an archive'))
  return manifest
}

/** What is wrong with the chain itself, before any file is looked at. */
export const chainErrors = (dir: string, { files }: Manifest): readonly OrkError[] =>
  files.flatMap((file, at) => {
    const before = files[at - 1]
    const follows = file.firstSeq === (before?.lastSeq ?? 0) + 1 && file.lastSeq >= file.firstSeq
    if (follows && file.chain === chainOf(file, before)) return []
    return [broken(join(dir, NAME), `what it says of ${file.name} does not follow from the file before it`)]
  })

/** Puts the manifest in the place of the one before, in one step, and on the disk. */
export const writeManifest = (dir: string, manifest: Manifest): void => {
  mkdirSync(dir, { recursive: true })
  const path = join(dir, NAME)
  const file = openSync(`${path}.new`, 'w')
  try {
    writeSync(file, `${JSON.stringify(manifest, null, 2)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
  syncFolder(dir)
}

/** So that the names in it are on the disk too. */
export const syncFolder = (dir: string): void => {
  const folder = openSync(dir, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}

const broken = (where: string, what: string): OrkError =>
  orkError('ArchiveDamaged', what, { where, next: 'take it back from a copy of the archive' })
