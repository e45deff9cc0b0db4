import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { connect as connectNats, type NatsConnection } from 'nats'
import { DEFAULT_PREFIX } from '#libs/events'
import { causeText, type OrkError, OrkFailure, orkError, parsePrefix } from '#libs/kernel'
import { isNewEnough, MINIMUM_VERSION, parseVersion } from '#libs/nats-server'
import type { Connection } from '../port'
import { type Backups, backupsOf } from './backup'
import { natsBus } from './bus'
import { Link, pause } from './link'
import { jetStreamLog } from './log'
import { jetStreamObjects } from './objects'
import { ensureStreams, type StreamWishes } from './streams'
import { endLeftConnections } from './transport'
import { Writer } from './writer'

export type { Backups, SavedStream } from './backup'
export type { SyncMode } from './streams'

export interface ConnectOptions extends StreamWishes {
  /** Addresses, as a list or separated by commas: `nats://10.0.0.1:4222,nats://10.0.0.2:4222`. */
  readonly servers: string | readonly string[]
  /** Who connects, as the server's list of connections shows it, e.g. `scheduler/s1`. */
  readonly name: string
  /** First token of all subjects; `ork` when absent. */
  readonly prefix?: string
  readonly user?: string
  readonly pass?: string
  /** How long to wait for a server and its JetStream, in milliseconds; 10,000 when absent. */
  readonly waitMs?: number
  /**
   * How long what nobody answers, though servers are there, is asked again, in milliseconds. Absent: `waitMs` for whether
   * there is a log, 30,000 from then on.
   */
  readonly patienceMs?: number
}

const WAIT_MS = 10_000
const CLOSE_GRACE_MS = 5_000

/**
 * Connects to the servers and makes sure the log is there. Once connected, it stays so: a lost connection is sought
 * again for ever. Left: no server within `waitMs`, one that is too old, a stream that is not kept as ork needs it.
 */
export const connect = (options: ConnectOptions): Promise<E.Either<OrkError, Connection>> =>
  onServers(options, (link) => open(link, options))

/** Connects to servers on which there need not be a log: to save what is there, or to restore it. Left: as `connect`. */
export const connectBackups = (options: ConnectOptions): Promise<E.Either<OrkError, Backups>> =>
  onServers(options, async (link) => backupsOf(link))

const onServers = async <T>(
  options: ConnectOptions,
  opened: (link: Link) => Promise<T>,
): Promise<E.Either<OrkError, T>> => {
  const prefix = parsePrefix(options.prefix ?? DEFAULT_PREFIX)
  if (E.isLeft(prefix)) return prefix
  const deadline = performance.now() + (options.waitMs ?? WAIT_MS)
  try {
    const nc = await reach(options, deadline)
    try {
      checkVersion(nc)
      return E.right(await opened(new Link(nc, prefix.right, serverList(options).length)))
    } catch (cause) {
      await nc.close()
      throw cause
    }
  } catch (cause) {
    if (cause instanceof OrkFailure) return E.left(cause.error)
    return E.left(orkError('Unreachable', causeText(cause), { where: serversText(options) }))
  }
}

const open = async (link: Link, options: ConnectOptions): Promise<Connection> => {
  const { nc, prefix } = link
  const { waitMs = WAIT_MS, patienceMs } = options
  const later = patienceMs ?? link.patienceMs
  link.patienceMs = patienceMs ?? waitMs
  const streams = await ensureStreams(link, options)
  link.patienceMs = later
  const writer = new Writer(link, streams)
  return {
    log: jetStreamLog(link, streams, writer),
    bus: natsBus(link),
    objects: jetStreamObjects(link, streams.events),
    prefix,
    onStatus: (tell) => void link.onStatus(tell),
    close: async () => {
      if (link.closing) return
      await writer.close(link.connected ? CLOSE_GRACE_MS : 0)
      link.startClosing()
      if (link.connected) await nc.drain().catch(() => {})
      await nc.close() // a drain whose connection breaks ends without a word, and would be reconnected for ever
    },
  }
}

/** The first connection; tried until the deadline, since services often start before their server. */
const reach = async (options: ConnectOptions, deadline: number): Promise<NatsConnection> => {
  endLeftConnections()
  for (;;) {
    try {
      return await connectNats({
        servers: serverList(options),
        name: options.name,
        noAsyncTraces: true,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
        reconnectJitter: 50,
        // A server that hangs keeps its connections: it is given up after 6 to 8 s, when the others have a leader.
        pingInterval: 2_000,
        maxPingOut: 3,
        timeout: 2_000,
        ...(options.user === undefined ? {} : { user: options.user, pass: options.pass ?? '' }),
      })
    } catch (cause) {
      if (performance.now() >= deadline || /authorization|authentication/i.test(causeText(cause))) {
        throw unreachable(options, cause)
      }
      await pause(100)
    }
  }
}

const serverList = ({ servers }: ConnectOptions): string[] =>
  (typeof servers === 'string' ? servers.split(',') : [...servers]).map((server) => server.trim())

const serversText = (options: ConnectOptions): string => serverList(options).join(', ')

const unreachable = (options: ConnectOptions, cause: unknown): OrkFailure =>
  new OrkFailure(
    orkError('Unreachable', `cannot connect to a nats-server: ${causeText(cause)}`, {
      where: serversText(options),
      next: 'start one with `ork dev`, or name yours with --nats URL',
    }),
    { cause },
  )

const checkVersion = (nc: NatsConnection): void => {
  const found = nc.info?.version ?? 'unknown'
  const version = parseVersion(found)
  if (O.isSome(version) && isNewEnough(version.value)) return
  throw new OrkFailure(
    orkError('ServerTooOld', `nats-server ${found} is too old; ork needs ${MINIMUM_VERSION.text} or newer`, {
      where: nc.getServer(),
      next: 'update it, or let ork fetch its own by leaving --nats away',
    }),
  )
}
