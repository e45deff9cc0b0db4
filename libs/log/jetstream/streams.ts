import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import { type StreamSettings, streamSettings } from '#libs/nats-server'
import { errCodeOf, isNoStream, type Link } from './link'
import { getStreamInfo, type StreamInfo } from './stored'

/** `always`: the servers fsync each write, so writes are committed in groups. `relaxed`: they fsync now and then. */
export type SyncMode = 'always' | 'relaxed'

/** What is asked of the streams when they are created; those that exist keep what they have. */
export interface StreamWishes {
  readonly sync?: SyncMode
  /** On how many servers a new log is kept; `resize` changes that of one that is there. */
  readonly replicas?: 1 | 3
  /** False: a log that is not there is an error, tagged `NoLog`; who only asks does not decide how it is kept. */
  readonly create?: boolean
}

/** The two streams of a log, and what was agreed on when they were created. */
export interface Streams {
  readonly events: string
  readonly heartbeats: string
  readonly cluster: string
  readonly sync: SyncMode
  /** Last sequence of the events when they were looked at. */
  readonly lastSeq: number
  /** How long the server remembers ids, in milliseconds. */
  readonly dedupMs: number
  /** How the events are to be kept. */
  readonly wanted: StreamSettings
}

type Wanted = StreamSettings & {
  readonly metadata?: Readonly<Record<string, string>>
  readonly persist_mode?: 'async'
}

const CLUSTER_KEY = 'ork.cluster'
const SYNC_KEY = 'ork.sync'
const NAME_IN_USE = 10058

/** Creates the streams that are missing, if that is wished, and checks those that are there. Throws OrkFailure. */
export const ensureStreams = async (link: Link, wishes: StreamWishes): Promise<Streams> => {
  const wanted = streamSettings(link.prefix, wishes.replicas)
  const metadata = { [CLUSTER_KEY]: randomUUID(), [SYNC_KEY]: wishes.sync ?? 'relaxed' }
  const events = await ensure(link, { ...wanted.events, metadata }, wishes)
  await ensure(link, unsynced(link, wanted.heartbeats), wishes)
  return {
    events: wanted.events.name,
    heartbeats: wanted.heartbeats.name,
    cluster: identityOf(events.config),
    sync: events.config.metadata?.[SYNC_KEY] === 'always' ? 'always' : 'relaxed',
    lastSeq: events.state.last_seq,
    dedupMs: Number(events.config.duplicate_window ?? 0) / 1e6,
    wanted: wanted.events,
  }
}

/**
 * A sign of life need not be on the disk before it is acknowledged: with an fsync for each, those of 5,000 workers take
 * a good part of a processor. Members of a cluster may come to keep them together, for which servers have no such mode.
 */
const unsynced = ({ nc }: Link, wanted: Wanted): Wanted =>
  wanted.num_replicas === 1 && nc.info?.cluster === undefined ? { ...wanted, persist_mode: 'async' } : wanted

/** Which log this is: given to it when its stream was made. */
export const identityOf = ({ name, metadata }: StreamInfo['config']): string => metadata?.[CLUSTER_KEY] ?? name

/** Creates a stream if it is missing; one that is kept differently is an error. Throws OrkFailure. */
export const ensureStream = async (link: Link, wanted: StreamSettings): Promise<void> =>
  void (await ensure(link, wanted, {}))

const ensure = async (link: Link, wanted: Wanted, wishes: StreamWishes): Promise<StreamInfo> => {
  const found = await findStream(link, wanted.name)
  if (found === null && wishes.create === false) throw new OrkFailure(noLog(wanted.name))
  const info = found ?? (await create(link, wanted))
  const differences = differencesOf(wanted, info.config)
  if (differences.length > 0) {
    throw new OrkFailure(
      orkError('StreamDiffers', `the stream is not kept the way ork needs: ${differences.join('; ')}`, {
        where: `stream ${wanted.name}`,
        next: `change it with: nats stream edit ${wanted.name}, or use another --prefix`,
      }),
    )
  }
  return info
}

/** What ork leaves to the servers' defaults, and what would let in, change or keep out events behind its back. */
const DEFAULTS = {
  max_msg_size: -1,
  max_consumers: -1,
  no_ack: false,
  sealed: false,
  sources: undefined,
  mirror: undefined,
  subject_transform: undefined,
  subject_delete_marker_ttl: undefined,
  consumer_limits: {},
}

/** What the servers let nobody change back: to refuse it would be the end of the cluster. What it comes to, in words. */
const FOR_GOOD: Readonly<Record<string, string>> = {
  deny_purge: 'deny_purge is on: no past can be archived any more',
  allow_msg_ttl: 'allow_msg_ttl is on: who may publish can write what vanishes again',
}

/** What was changed for good, and is borne. */
export const borneIn = (config: StreamInfo['config']): readonly string[] =>
  Object.entries(FOR_GOOD).flatMap(([key, what]) => (config[key] === true ? [what] : []))

/** How a stream that is there is not kept as is wanted, in words. */
export const differencesOf = (wanted: Wanted, config: StreamInfo['config']): readonly string[] => {
  const { metadata: _chosen, num_replicas: _wished, max_bytes: _limit, persist_mode: _asMade, ...fixed } = wanted
  return Object.entries({ ...DEFAULTS, ...fixed })
    .filter(([key, value]) => !sameSetting(value, config[key]))
    .map(([key, value]) => `${key} is ${JSON.stringify(config[key])}, wanted ${JSON.stringify(value) ?? 'none'}`)
}

const noLog = (stream: string): OrkError =>
  orkError('NoLog', 'no cluster of ork has begun on this server', {
    where: `stream ${stream}`,
    next:
      'a manager begins one: `ork manager --nats URL`, or a whole cluster with `ork dev`; was it another --prefix? ' +
      'Where there was one, its stream was deleted: `ork restore` brings back a backup',
  })

/** The server leaves out what is off, so nothing, `false` and no limits are the same. */
const sameSetting = (asked: unknown, echoed: unknown): boolean =>
  isDeepStrictEqual(asked, echoed) || (echoed === undefined && (asked === false || isDeepStrictEqual(asked, {})))

/** Null where there is none of that name. */
export const findStream = async (link: Link, name: string): Promise<StreamInfo | null> => {
  try {
    return await getStreamInfo(link, name)
  } catch (cause) {
    if (isNoStream(cause)) return null
    throw cause
  }
}

const create = async (link: Link, wanted: Wanted): Promise<StreamInfo> => {
  try {
    return await link.ask<StreamInfo>(`STREAM.CREATE.${wanted.name}`, wanted)
  } catch (cause) {
    // Another service was quicker; what it agreed on holds.
    if (errCodeOf(cause) === NAME_IN_USE) return getStreamInfo(link, wanted.name)
    throw cause
  }
}
