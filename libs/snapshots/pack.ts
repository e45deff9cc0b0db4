import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { createGunzip, createGzip } from 'node:zlib'
import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import { type Cluster, ClusterReader, writeCluster } from '#libs/cluster'
import { Count, causeText, OrkFailure } from '#libs/kernel'

/** What a snapshot is of. */
const HeadCodec = t.type(
  {
    /** The log's identity: that of another log is no use here. */
    cluster: t.string,
    /** The version of the fold that made it. */
    fold: Count,
    /** Last sequence folded. */
    seq: Count,
    /** The id of the event at that sequence, so that a log that has lost it and gone on is found out; empty: unreadable. */
    lastId: t.string,
  },
  'head of a snapshot',
)
export type Head = t.TypeOf<typeof HeadCodec>

export interface Snapshot {
  readonly head: Head
  readonly cluster: Cluster
}

/** Milliseconds of work at a time: what else this process does waits no longer than that. */
const SLICE_MS = 8
const PIECE_BYTES = 64 * 1024

/** A snapshot as gzipped JSON lines, made a slice at a time. The cluster must not change until the last piece. */
export const packSnapshot = ({ head, cluster }: Snapshot): AsyncIterable<Uint8Array> => {
  const gzip = createGzip({ level: 3 })
  // What goes wrong comes out of `gzip`, where it is read.
  pipeline(Readable.from(inSlices(head, cluster)), gzip).catch(() => undefined)
  return gzip
}

async function* inSlices(head: Head, cluster: Cluster): AsyncGenerator<Buffer> {
  let text = `${JSON.stringify(head)}\n`
  let begun = performance.now()
  for (const line of writeCluster(cluster)) {
    text += `${line}\n`
    if (text.length < PIECE_BYTES && performance.now() - begun < SLICE_MS) continue
    yield Buffer.from(text)
    text = ''
    await nextTurn()
    begun = performance.now()
  }
  yield Buffer.from(text)
}

/**
 * Reads what `packSnapshot` made. Left: why it is none, in words. Throws what the source of the pieces throws, unless
 * that is that they are damaged.
 */
export const unpackSnapshot = async (pieces: AsyncIterable<Uint8Array>): Promise<E.Either<string, Snapshot>> => {
  let sourceFailure: unknown
  const source = async function* () {
    try {
      yield* pieces
    } catch (cause) {
      sourceFailure = cause
      throw cause
    }
  }
  const reader = new SnapshotReader()
  try {
    await pipeline(Readable.from(source()), createGunzip({ chunkSize: PIECE_BYTES }), (chunks) =>
      reader.readAll(chunks),
    )
  } catch (cause) {
    if (sourceFailure !== undefined && !isDamage(sourceFailure)) throw sourceFailure
    return E.left(causeText(sourceFailure ?? cause))
  }
  return reader.end()
}

const isDamage = (cause: unknown): boolean => cause instanceof OrkFailure && cause.error.tag === 'Damaged'

class SnapshotReader {
  private head: Head | null = null
  private readonly cluster = new ClusterReader()
  private rest = ''

  async readAll(chunks: AsyncIterable<Buffer>): Promise<void> {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    for await (const chunk of chunks) {
      const lines = (this.rest + decoder.decode(chunk, { stream: true })).split('\n')
      this.rest = lines.pop() ?? ''
      for (const line of lines) this.line(line)
      await nextTurn()
    }
  }

  end(): E.Either<string, Snapshot> {
    if (this.head === null) return E.left('it has no head')
    if (this.rest !== '') return E.left('it ends in the middle of a line')
    const { head } = this
    const cluster = this.cluster.end()
    if (E.isLeft(cluster)) return cluster
    if (cluster.right.seq !== head.seq) return E.left('its head is of another sequence')
    return E.right({ head, cluster: cluster.right })
  }

  private line(text: string): void {
    if (this.head !== null) return this.cluster.line(text)
    const head: unknown = JSON.parse(text)
    if (!HeadCodec.is(head)) throw new Error('its head is not that of a snapshot')
    this.head = head
  }
}
