import { resolve } from 'node:path'
import { OrkFailure, orkError } from '#libs/kernel'
import { archivedLog, type Connection, lastArchived, type Manifest, readManifest } from '#libs/log'

/** The manifest of the archive in a folder, which must be this log's. Throws OrkFailure. */
const openManifest = (dir: string, cluster: string): Manifest => {
  const manifest = readManifest(dir)
  if (manifest === null) {
    throw new OrkFailure(
      orkError('NoArchive', 'there is no archive', { where: resolve(dir), next: '`ork archive --dir DIR` makes one' }),
    )
  }
  if (manifest.cluster !== cluster) {
    throw new OrkFailure(orkError('OtherArchive', 'this is the archive of another cluster', { where: resolve(dir) }))
  }
  return manifest
}

/** The connection, reading through the archive too if one is named. Throws OrkFailure where that does not reach the log. */
export const openArchived = async (connection: Connection, dir: string | undefined): Promise<Connection> => {
  if (dir === undefined) return connection
  const { log, prefix } = connection
  const manifest = openManifest(dir, log.cluster)
  const { firstSeq } = await log.info()
  const last = lastArchived(manifest)
  if (last < firstSeq - 1) {
    const what = `this archive ends at ${last}, the log begins at ${firstSeq}`
    throw new OrkFailure(orkError('ArchiveIncomplete', what, { where: resolve(dir) }))
  }
  return { ...connection, log: archivedLog(log, prefix, resolve(dir), manifest) }
}
