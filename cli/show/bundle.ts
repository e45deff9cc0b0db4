import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { FOLD_VERSION } from '#libs/cluster'
import { formatBytes, OrkFailure } from '#libs/kernel'
import { type BundleAbout, type Connection, writeBundle } from '#libs/log'
import { orkVersion } from '#libs/runtime'
import { inArchive } from '../client/archived'
import { redactedMessages } from '../redact'
import { grouped } from '../render/foldProgress'

export interface Bundled extends BundleAbout {
  readonly file: string
  readonly bytes: number
}

export interface BundleOptions {
  readonly file: string
  /** In other words, for strangers. */
  readonly redact: boolean
}

/** Writes the whole log into one file. Throws OrkFailure where its past is in an archive that it is not read through. */
export const bundle = async ({ log, prefix }: Connection, { file, redact }: BundleOptions): Promise<Bundled> => {
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
  const messages = redact ? await redactedMessages(log, prefix) : log.messages
  await writeBundle(file, redact ? 'redacted' : cluster, about, messages)
  return { file: resolve(file), bytes: statSync(file).size, ...about }
}

/** What came of `bundle`, as a sentence. */
export const bundledText = ({ file, bytes, events }: Bundled): string =>
  `${file}: ${grouped(events)} ${events === 1 ? 'event' : 'events'}, ${formatBytes(bytes)}; \`ork replay ${file}\` shows it anywhere`
