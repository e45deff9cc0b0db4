import type { Entry } from '#libs/events'
import { filtersOf } from '../filters'
import type { Log, LogInfo, ReadOptions, StoredMessage } from '../port'
import { archivePlace, purge } from './archived'
import { firstAtOrAfter, lastMatch } from './ends'
import { entryOfFrame, messageOfFrame, toEntry } from './entries'
import { follow } from './follow'
import { Beats, followHeartbeats, readHeartbeats } from './heartbeats'
import { limit } from './limit'
import type { Link } from './link'
import { appendPastArchive, appendTogetherPastArchive } from './pastArchive'
import { readRange } from './read'
import { resize, streamStates } from './replicas'
import { getStored, getStreamInfo, maxBytesOf } from './stored'
import { borneIn, differencesOf, identityOf, type Streams } from './streams'
import { asBuffer } from './wire'
import type { Writer } from './writer'

/** The log on JetStream. */
export const jetStreamLog = (link: Link, streams: Streams, writer: Writer): Log => {
  let beats: Beats | undefined // only workers beat
  return {
    cluster: streams.cluster,
    append: (items) => appendPastArchive(link, writer, streams.events, items),
    appendTogether: (items) => appendTogetherPastArchive(link, writer, streams.events, items),
    lastSeq: async () => (await getStreamInfo(link, streams.events)).state.last_seq,
    read: (options) => read(link, streams.events, options),
    follow: (options) => follow(link, streams, options),
    at: (seq) => at(link, streams.events, seq),
    stored: async (seq) => (seq < 1 ? null : getStored(link, streams.events, { seq })),
    messages: (from, to) => messages(link, streams.events, from, to),
    seqAt: (time) => firstAtOrAfter(link, streams.events, time),
    beat: (event, stored) => {
      beats ??= new Beats(link)
      beats.beat(event, stored)
    },
    followHeartbeats: (onBeat) => followHeartbeats(link, onBeat),
    readHeartbeats: (options) => readHeartbeats(link, streams.heartbeats, options),
    info: () => info(link, streams),
    streams: () => streamStates(link),
    resize: (replicas) => resize(link, replicas),
    limit: (maxBytes) => limit(link, streams.events, maxBytes),
    purge: (upTo, place) => purge(link, streams.events, upTo, place),
  }
}

async function* read(link: Link, stream: string, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
  const { apart, asked, matches } = filtersOf(link.prefix, options.queries)
  const last = await lastMatch(link, stream, asked)
  yield* readRange(link, {
    stream,
    filters: apart,
    ...(matches === undefined ? {} : { matches }),
    from: options.from,
    to: Math.min(options.to ?? last, last),
    take: entryOfFrame(link.prefix),
  })
}

async function* messages(
  link: Link,
  stream: string,
  from: number,
  to: number,
): AsyncGenerator<readonly StoredMessage[]> {
  const last = await lastMatch(link, stream, [])
  yield* readRange(link, { stream, filters: [], from, to: Math.min(to, last), take: messageOfFrame })
}

const at = async (link: Link, stream: string, seq: number): Promise<Entry | null> => {
  const message = seq < 1 ? null : await getStored(link, stream, { seq })
  return message === null
    ? null
    : toEntry(link.prefix, message.seq, asBuffer(message.data).toString('utf8'), message.subject)
}

const info = async (link: Link, { events: stream, sync, wanted }: Streams): Promise<LogInfo> => {
  const { ts, config, state, cluster } = await getStreamInfo(link, stream)
  return {
    time: ts === undefined ? Date.now() : Date.parse(ts),
    cluster: identityOf(config),
    serverVersion: link.nc.info?.version ?? 'unknown',
    sync,
    stream,
    firstSeq: state.first_seq,
    archived: archivePlace(config),
    lastSeq: state.last_seq,
    bytes: state.bytes,
    maxBytes: maxBytesOf(config),
    replicas: config.num_replicas,
    leader: config.num_replicas > 1 ? (cluster?.leader ?? null) : null,
    differs: differencesOf(wanted, config),
    borne: borneIn(config),
  }
}
