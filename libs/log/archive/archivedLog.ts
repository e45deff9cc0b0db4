import { type Entry, filtersFor } from '#libs/events'
import { matchesAny } from '../filters'
import { toEntry } from '../jetstream/entries'
import { createMemoryLog } from '../memory'
import type { Log, ReadOptions, StoredMessage } from '../port'
import { lastArchived, type Manifest } from './manifest'
import { archivedMessages, messagesThrough } from './messages'

/** The log with its past: what is in the archive is read from there, the rest from the servers. */
export const archivedLog = (log: Log, prefix: string, dir: string, manifest: Manifest): Log => {
  const messages = archivedMessages(dir, manifest)
  const stored: Log['stored'] = async (seq) => {
    for await (const [message] of messages(seq, Math.min(seq, lastArchived(manifest)))) return message ?? null
    return log.stored(seq)
  }
  return {
    ...log,
    stored,
    messages: messagesThrough(log, dir, manifest),
    at: async (seq) => {
      const message = seq > lastArchived(manifest) ? null : await stored(seq)
      return message === null ? log.at(seq) : entryOf(prefix, message)
    },
    seqAt: async (time) => {
      const { firstSeq } = await log.info()
      for await (const batch of messages(1, firstSeq - 1)) {
        const found = batch.find((message) => message.time >= time)
        if (found !== undefined) return found.seq
      }
      return log.seqAt(time)
    },
    info: async () => ({ ...(await log.info()), firstSeq: 1 }),
    read: (options) => read(log, prefix, messages, options),
  }
}

const entryOf = (prefix: string, { seq, data, subject }: StoredMessage): Entry =>
  toEntry(prefix, seq, Buffer.from(data).toString('utf8'), subject)

async function* read(
  log: Log,
  prefix: string,
  messages: Log['messages'],
  options: ReadOptions,
): AsyncGenerator<readonly Entry[]> {
  const { firstSeq } = await log.info()
  const { from, to = Number.POSITIVE_INFINITY, queries = [] } = options
  const filters = queries.flatMap((query) => filtersFor(prefix, query))
  if (from < firstSeq) {
    for await (const batch of messages(from, Math.min(to, firstSeq - 1))) {
      const wanted = filters.length === 0 ? batch : batch.filter(({ subject }) => matchesAny(filters, subject))
      if (wanted.length > 0) yield wanted.map((message) => entryOf(prefix, message))
    }
  }
  if (to >= firstSeq) yield* log.read({ ...options, from: Math.max(from, firstSeq) })
}

/** The log of an archive alone, for who has no servers: there is nothing behind it, and nothing can be written. */
export const logOfArchive = (prefix: string, dir: string, manifest: Manifest): Log => {
  const { cluster } = manifest
  const lastSeq = lastArchived(manifest)
  const { log } = createMemoryLog({ prefix, cluster })
  const behind: Log = {
    ...log,
    lastSeq: async () => lastSeq,
    seqAt: async () => lastSeq + 1,
    info: async () => ({ ...(await log.info()), firstSeq: lastSeq + 1, lastSeq }),
  }
  return archivedLog(behind, prefix, dir, manifest)
}
