import { createHash } from 'node:crypto'
import { ReadableStream } from 'node:stream/web'
import type { ObjectStore } from 'nats'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { streamSettings } from '#libs/nats-server'
import type { Objects, StoredObject } from '../objects'
import type { StoredMessage } from '../port'
import { isNoStream, type Link } from './link'
import { getStored, getStreamInfo } from './stored'
import { ensureStream } from './streams'

/** What the object store writes of an object, in a message of its own. */
interface Meta {
  readonly name: string
  readonly nuid: string
  readonly size: number
  readonly chunks: number
  /** `SHA-256=` and base64url. */
  readonly digest: string
  readonly deleted?: boolean
  readonly metadata?: Readonly<Record<string, string>>
}

const WRITE_TIMEOUT_MS = 30_000

/**
 * The bucket on JetStream. It is written through the client, so that any client reads it, and read message by message
 * from the stream's leader: a reader then needs no consumer, and a piece that is missing ends it instead of hanging it.
 */
export const jetStreamObjects = (link: Link, events: string): Objects => {
  const { snapshots: settings } = streamSettings(link.prefix)
  const stream = settings.name
  const bucket = stream.slice('OBJ_'.length)
  /** Makes the bucket where it is not there, any more. */
  const open = async (): Promise<ObjectStore> => {
    const { config } = await getStreamInfo(link, events)
    await ensureStream(link, { ...settings, num_replicas: config.num_replicas })
    return link.nc.jetstream().views.os(bucket)
  }
  const metaOf = async (name: string): Promise<Meta> => {
    const token = btoa(name).replaceAll('+', '-').replaceAll('/', '_')
    const message = await getMessage(link, stream, { last_by_subj: `$O.${bucket}.M.${token}` })
    const meta = message === null ? null : readMeta(message)
    if (meta === null || meta.deleted === true)
      throw new OrkFailure(orkError('NoSuchObject', 'is not there', { where: name }))
    return meta
  }
  return {
    list: async () => {
      const found: StoredObject[] = []
      for await (const message of messagesOf(link, stream, `$O.${bucket}.M.>`)) {
        const meta = readMeta(message)
        if (meta === null || meta.deleted === true) continue
        found.push({ name: meta.name, about: meta.metadata ?? {}, bytes: meta.size, storedAt: message.time })
      }
      return found
    },
    read: async function* (name) {
      const meta = await metaOf(name)
      const hash = createHash('sha256')
      let size = 0
      for await (const { data } of messagesOf(link, stream, `$O.${bucket}.C.${meta.nuid}`)) {
        hash.update(data)
        size += data.length
        yield data
      }
      const digest = `SHA-256=${hash.digest('base64url')}`
      if (digest !== meta.digest.replace(/=+$/, '')) throw damaged(name, `${size} of ${meta.size} bytes, ${digest}`)
    },
    write: async (name, metadata, pieces) => {
      const paced = ReadableStream.from(inStep(link, pieces))
      try {
        await (await open()).put({ name, metadata: { ...metadata } }, paced, { timeout: WRITE_TIMEOUT_MS })
      } catch (cause) {
        if (cause instanceof OrkFailure) throw cause
        throw new OrkFailure(orkError('NotStored', causeText(cause), { where: `${name} in ${stream}` }), { cause })
      }
    },
    remove: async (name) => {
      await (await open()).delete(name)
    },
  }
}

/** A piece only when the one before is with the server: what else goes over this connection must not wait long. */
async function* inStep(link: Link, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece
    await link.nc.flush()
  }
}

const getMessage = async (link: Link, stream: string, which: Parameters<typeof getStored>[2]) => {
  try {
    return await getStored(link, stream, which)
  } catch (cause) {
    if (isNoStream(cause)) return null
    throw cause
  }
}

async function* messagesOf(link: Link, stream: string, subject: string): AsyncGenerator<StoredMessage> {
  for (let seq = 1; ; ) {
    const message = await getMessage(link, stream, { seq, next_by_subj: subject })
    if (message === null) return
    yield message
    seq = message.seq + 1
  }
}

const readMeta = ({ data }: StoredMessage): Meta | null => {
  try {
    const meta = JSON.parse(data.toString()) as Partial<Meta>
    return typeof meta.name === 'string' && typeof meta.nuid === 'string' && typeof meta.digest === 'string'
      ? (meta as Meta)
      : null
  } catch {
    return null // what is not a description names no object
  }
}

const damaged = (name: string, found: string): OrkFailure =>
  new OrkFailure(orkError('Damaged', `is not what was stored: ${found}`, { where: name }))
