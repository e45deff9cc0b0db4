import { OrkFailure, orkError } from '#libs/kernel'
import { streamSettings } from '#libs/nats-server'
import type { CopyState, StreamState } from '../port'
import { ApiError, type Link } from './link'
import { maxBytesOf, type StreamInfo } from './stored'
import { findStream } from './streams'

/** JetStream's words for "there are not enough servers". */
const NO_SUITABLE_PEERS = 10005
const NOT_CLUSTERED = 10074

const namesOf = (link: Link): readonly string[] => Object.values(streamSettings(link.prefix)).map(({ name }) => name)

/** The streams of a log that are there. */
const found = async (link: Link): Promise<readonly { readonly name: string; readonly info: StreamInfo }[]> => {
  const all = await Promise.all(namesOf(link).map(async (name) => ({ name, info: await findStream(link, name) })))
  return all.flatMap(({ name, info }) => (info === null ? [] : [{ name, info }]))
}

/** How each stream of the log is kept, and by which servers. */
export const streamStates = async (link: Link): Promise<readonly StreamState[]> =>
  (await found(link)).map(({ name, info: { config, state, cluster } }) => ({
    name,
    replicas: config.num_replicas,
    leader: cluster?.leader ?? null,
    copies: (cluster?.replicas ?? []).map(
      ({ name: server, current, offline, lag }): CopyState => ({
        server,
        state: offline === true ? 'offline' : current ? 'current' : 'lagging',
        lag: lag ?? 0,
      }),
    ),
    bytes: state.bytes,
    maxBytes: maxBytesOf(config),
  }))

/**
 * Asks the servers to keep every stream of the log on so many of them. They go on taking writes while they copy;
 * `streamStates` says how far they are. Throws OrkFailure where there are too few servers, or the login may not.
 */
export const resize = async (link: Link, replicas: number): Promise<void> => {
  for (const { name, info } of await found(link)) {
    if (info.config.num_replicas === replicas) continue
    try {
      await link.ask(`STREAM.UPDATE.${name}`, { ...info.config, num_replicas: replicas })
    } catch (cause) {
      throw tooFew(cause, name, replicas) ?? cause
    }
  }
}

const tooFew = (cause: unknown, where: string, replicas: number): OrkFailure | null => {
  const inner = cause instanceof OrkFailure ? cause.cause : cause
  if (!(inner instanceof ApiError) || (inner.errCode !== NO_SUITABLE_PEERS && inner.errCode !== NOT_CLUSTERED)) {
    return null
  }
  const why = inner.errCode === NOT_CLUSTERED ? 'this nats-server is no member of a cluster' : 'too few are up'
  const what = `${replicas} replicas need ${replicas} nats-servers, and ${why}`
  const next = 'start as many as members of one cluster (nats/cluster, docker-compose.yml, `ork dev --nats-servers 3`)'
  return new OrkFailure(orkError('TooFewServers', what, { where: `stream ${where}`, next }), { cause })
}
