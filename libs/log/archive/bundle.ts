import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip, createGzip } from 'node:zlib'
import * as t from 'io-ts'
import { extract, type Headers, pack } from 'tar-fs'
import { Count, causeText, type OrkError, OrkFailure, orkError } from '#libs/kernel'
import { createMemoryLog } from '../memory'
import type { Connection, Log } from '../port'
import { logOfArchive } from './archivedLog'
import { writeFile } from './files'
import { chainErrors, lastArchived, type Manifest, readManifest, writeManifest } from './manifest'

/** What a bundle says of itself: whose log it is, and by which versions it was written. */
const AboutCodec = t.type(
  {
    format: t.literal(1),
    /** RFC 3339. */
    made: t.string,
    prefix: t.string,
    events: Count,
    redacted: t.boolean,
    versions: t.type({ ork: t.string, fold: Count, node: t.string, natsServer: t.string }),
  },
  'about a bundle',
)
export type BundleAbout = t.TypeOf<typeof AboutCodec>

const ABOUT = 'bundle.json'

/** Writes a whole log into one file: an archive of it, packed. Throws OrkFailure. */
export const writeBundle = async (
  path: string,
  cluster: string,
  about: BundleAbout,
  messages: Log['messages'],
): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-bundle-'))
  try {
    let manifest: Manifest = { format: 1, cluster, files: [] }
    while (lastArchived(manifest) < about.events) {
      const file = await writeFile(dir, messages, manifest.files.at(-1), about.events)
      manifest = { ...manifest, files: [...manifest.files, file] }
    }
    writeManifest(dir, manifest)
    writeFileSync(join(dir, ABOUT), `${JSON.stringify(about, null, 2)}\n`)
    // What is in it is compressed already.
    await pipeline(pack(dir), createGzip({ level: 1 }), createWriteStream(path))
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/**
 * Opens a bundle as if it were the cluster: its log can be read, nobody answers, nothing can be written. What it is
 * unpacked into is gone when it is closed. Throws OrkFailure.
 */
export const openBundle = async (path: string): Promise<Connection & { readonly about: BundleAbout }> => {
  if (!existsSync(path)) throw new OrkFailure(orkError('NoBundle', 'there is no such file', { where: resolve(path) }))
  const dir = mkdtempSync(join(tmpdir(), 'ork-bundle-'))
  const remove = (): void => rmSync(dir, { recursive: true, force: true })
  try {
    const { about, manifest } = await unpack(path, dir)
    const { bus, objects } = createMemoryLog({ prefix: about.prefix })
    const log = logOfArchive(about.prefix, dir, manifest)
    return { about, log, bus, objects, prefix: about.prefix, onStatus: () => {}, close: async () => remove() }
  } catch (cause) {
    remove()
    throw cause
  }
}

const unpack = async (path: string, dir: string): Promise<{ about: BundleAbout; manifest: Manifest }> => {
  try {
    await pipeline(createReadStream(path), createGunzip(), extract(dir, { ignore: isNotOurs }))
  } catch (cause) {
    throw new OrkFailure(notOne(path, causeText(cause)), { cause })
  }
  const manifest = readManifest(dir)
  const about = aboutIn(dir)
  if (manifest === null || about === null) throw new OrkFailure(notOne(path, 'it holds no log'))
  const [broken] = chainErrors(dir, manifest)
  if (broken !== undefined) throw new OrkFailure({ ...broken, where: resolve(path) })
  return { about, manifest }
}

/** Only plain files at the top: whatever else a file from elsewhere holds stays in it. */
const isNotOurs = (_: string, header?: Headers): boolean => header?.type !== 'file' || header.name.includes('/')

const aboutIn = (dir: string): BundleAbout | null => {
  try {
    const about: unknown = JSON.parse(readFileSync(join(dir, ABOUT), 'utf8'))
    return AboutCodec.is(about) ? about : null
  } catch {
    return null // not there, or cut off: either way it says nothing
  }
}

const notOne = (path: string, why: string): OrkError =>
  orkError('NotABundle', `is no bundle that this ork can read: ${why}`, {
    where: resolve(path),
    next: '`ork bundle -o FILE` writes one',
  })
