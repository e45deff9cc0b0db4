import type { Log } from '../port'
import { readFile } from './files'
import { lastArchived, type Manifest } from './manifest'

/** The messages of an archive, as far as it has them. */
export const archivedMessages = (dir: string, { files }: Manifest): Log['messages'] =>
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
export const messagesThrough = (log: Log, dir: string, manifest: Manifest): Log['messages'] =>
  async function* (from, to) {
    const last = lastArchived(manifest)
    if (from <= last) yield* archivedMessages(dir, manifest)(from, Math.min(to, last))
    if (to > last) yield* log.messages(Math.max(from, last + 1), to)
  }
