import { OrkFailure, orkError } from '#libs/kernel'
import type { Log } from '../port'
import { type Messages, readFile } from './files'
import { lastArchived, type Manifest } from './manifest'

/** Events that are asked for at a time. */
const ASKED = 250

/** The messages of the log itself. */
export const storedMessages = (log: Log): Messages =>
  async function* (from, to) {
    for (let first = from; first <= to; first += ASKED) {
      const seqs = Array.from({ length: Math.min(ASKED, to - first + 1) }, (_, at) => first + at)
      const messages = await Promise.all(seqs.map((seq) => log.stored(seq)))
      const missing = messages.indexOf(null)
      if (missing >= 0) throw new OrkFailure(orkError('EventMissing', `the log has no event ${first + missing}`))
      yield messages.flatMap((message) => message ?? [])
    }
  }

/** The messages of an archive, as far as it has them. */
export const archivedMessages = (dir: string, { files }: Manifest): Messages =>
  async function* (from, to) {
    for (const file of files) {
      if (file.lastSeq < from || file.firstSeq > to) continue
      for await (const batch of readFile(dir, file)) {
        const wanted = batch.filter(({ seq }) => seq >= from && seq <= to)
        if (wanted.length > 0) yield wanted
      }
    }
  }

/** What the archive has of them is read from there, the rest from the log. */
export const messagesThrough = (log: Log, archive: { readonly dir: string; readonly manifest: Manifest }): Messages =>
  async function* (from, to) {
    const last = lastArchived(archive.manifest)
    if (from <= last) yield* archivedMessages(archive.dir, archive.manifest)(from, Math.min(to, last))
    if (to > last) yield* storedMessages(log)(Math.max(from, last + 1), to)
  }
