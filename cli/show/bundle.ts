import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FOLD_VERSION } from '#libs/cluster'
import { formatBytes, OrkFailure } from '#libs/kernel'
import { type BundleAbout, type Connection, messagesThrough, storedMessages, writeBundle } from '#libs/log'
import { orkVersion } from '#libs/runtime'
import { inArchive } from '../client/archived'
import { openManifest } from '../client/openArchived'
import { redactedMessages } from '../redact'
import { grouped } from '../render/foldProgress'

export interface Bundled extends BundleAbout {
  readonly file: string
  readonly bytes: number
}

export interface BundleOptions {
  readonly file: string
  readonly archive: string | undefined
  /** In other words, for strangers. */
  readonly redact: boolean
}

/** Writes the whole log, with what is archived of it, into one file. Throws OrkFailure. */
export const bundle = async (
  { log, prefix }: Connection,
  { file, archive, redact }: BundleOptions,
): Promise<Bundled> => {
  const { cluster, firstSeq, lastSeq, archived, serverVersion } = await log.info()
  if (firstSeq > 1) throw new OrkFailure(inArchive(1, firstSeq, archived))
  const about: BundleAbout = {
    format: 1,
    made: new Date().toISOString(),
    prefix,
    events: lastSeq,
    redacted: redact,
    versions: { ork: orkVersion(), fold: FOLD_VERSION, node: process.version, natsServer: serverVersion },
  }
  const messages =
    archive === undefined
      ? storedMessages(log)
      : messagesThrough(log, { dir: archive, manifest: openManifest(archive, cluster) })
  await writeBundle(
    file,
    redact ? 'redacted' : cluster,
    about,
    redact ? await redactedMessages(log, prefix, messages) : messages,
  )
  return { file: resolve(file), bytes: statSync(file).size, ...about }
}

export const bundledText = ({ file, bytes, events }: Bundled): string =>
  `${file}: ${grouped(events)} ${events === 1 ? 'event' : 'events'}, ${formatBytes(bytes)}; \`ork replay ${file}\` shows it anywhere`
