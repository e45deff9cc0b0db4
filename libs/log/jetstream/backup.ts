import { createInbox, type Msg } from 'nats'
import { OrkFailure, orkError } from '#libs/kernel'
import { streamSettings } from '#libs/nats-server'
import { isNoStream, type Link } from './link'
import { getStreamInfo, type StreamInfo } from './stored'

/** A stream as it was when it was saved: what the servers need to make the very same again, sequences and all. */
export interface SavedStream {
  readonly name: string
  readonly config: StreamInfo['config']
  readonly state: StreamInfo['state']
}

/** Whole streams, in and out. What is in between only the servers understand. */
export interface Backups {
  /** The streams that are worth keeping, in the order in which they are to be saved. */
  streams(): Promise<readonly SavedStream[]>
  /** Hands out a stream piece by piece, and in the end says what it was. Throws OrkFailure. */
  save(name: string, onPiece: (piece: Uint8Array) => Promise<void>): Promise<SavedStream>
  /** Makes a stream of its pieces; there must be none of that name. Throws OrkFailure. */
  restore(stream: SavedStream, pieces: AsyncIterable<Uint8Array>): Promise<void>
  close(): Promise<void>
}

const PIECE_BYTES = 128 * 1024
const SILENCE_MS = 30_000

/** Snapshots first: one that is newer than the saved log would say of it that it has lost events. */
const namesOf = ({ prefix }: Link): readonly string[] => {
  const { snapshots, events } = streamSettings(prefix)
  return [snapshots.name, events.name]
}

/** Saving and restoring whole streams, by the servers' own snapshots. */
export const backupsOf = (link: Link): Backups => ({
  streams: async () => {
    const found: SavedStream[] = []
    for (const name of namesOf(link)) {
      const info = await existing(link, name)
      if (info !== null) found.push({ name, config: info.config, state: info.state })
    }
    return found
  },
  save: (name, onPiece) => save(link, name, onPiece),
  restore: (stream, pieces) => restore(link, stream, pieces),
  close: () => link.nc.close(),
})

const existing = async (link: Link, name: string): Promise<StreamInfo | null> => {
  try {
    return await getStreamInfo(link, name)
  } catch (cause) {
    if (isNoStream(cause)) return null
    throw cause
  }
}

/** The servers send the next pieces only when those before are acknowledged; an empty one is the last. */
const save = async (link: Link, name: string, onPiece: (piece: Uint8Array) => Promise<void>): Promise<SavedStream> => {
  const deliver = createInbox()
  const subscription = link.nc.subscribe(deliver)
  const watchdog = new Silence(() => subscription.unsubscribe())
  try {
    const asked = { deliver_subject: deliver, no_consumers: true, jsck: true, chunk_size: PIECE_BYTES }
    const { config, state } = await link.ask<StreamInfo>(`STREAM.SNAPSHOT.${name}`, asked)
    for await (const piece of subscription) {
      watchdog.heard()
      const failure = statusOf(piece)
      if (failure !== null) throw broken(name, failure)
      if (piece.data.length === 0) return { name, config, state }
      await onPiece(piece.data)
      piece.respond()
    }
    throw broken(name, 'the server fell silent')
  } finally {
    watchdog.stop()
    subscription.unsubscribe()
  }
}

const statusOf = ({ headers }: Msg): string | null =>
  headers !== undefined && headers.code >= 400 ? `${headers.code} ${headers.description}` : null

const restore = async (link: Link, stream: SavedStream, pieces: AsyncIterable<Uint8Array>): Promise<void> => {
  const { name, config, state } = stream
  const { deliver_subject: to } = await link.ask<{ deliver_subject: string }>(`STREAM.RESTORE.${name}`, {
    config,
    state,
  })
  const send = async (piece?: Uint8Array): Promise<void> => {
    const answer = await link.nc.request(to, piece, { timeout: SILENCE_MS })
    const { error } = (answer.data.length === 0 ? {} : answer.json()) as { error?: { description?: string } }
    if (error !== undefined) throw broken(name, error.description ?? 'it says no more')
  }
  for await (const piece of pieces) await send(piece)
  await send()
  const restored = await getStreamInfo(link, name)
  if (restored.state.last_seq !== state.last_seq) {
    throw broken(name, `it ends at ${restored.state.last_seq}, and should at ${state.last_seq}`)
  }
}

const broken = (name: string, why: string): OrkFailure =>
  new OrkFailure(orkError('BackupFailed', `the server did not carry it through: ${why}`, { where: `stream ${name}` }))

/** Rings once nothing was heard for too long. */
class Silence {
  private timer: NodeJS.Timeout

  constructor(private readonly ring: () => void) {
    this.timer = setTimeout(ring, SILENCE_MS)
  }

  heard(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(this.ring, SILENCE_MS)
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}
