import * as E from 'fp-ts/Either'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { type Backups, type Connection, type ConnectOptions, connect, connectBackups } from '#libs/log'
import { UsageFailure } from '../failure'
import { DEFAULT_URL, readDevEndpoint } from './endpoint'
import { parseServers } from './servers'

/** How long a command goes on trying where nobody listens, in milliseconds: a server may be restarting. */
const WAIT_MS = 1_000

const LOGIN_HINT = 'put yours into the URL: --nats nats://USER:PASSWORD@HOST:PORT, or into ORK_NATS_URL'

/**
 * Connects to the servers named by `--nats` or ORK_NATS_URL (several with commas), else to the running `ork dev`, else
 * to the default port. Throws OrkFailure.
 */
export const openConnection = (flags: ServerFlags): Promise<Connection> => open(flags, connect)

/** As above, also where there is no log yet. */
export const openBackups = (flags: ServerFlags): Promise<Backups> => open(flags, connectBackups)

interface ServerFlags {
  readonly nats: string | undefined
  readonly prefix: string
}

const open = async <T>(
  flags: ServerFlags,
  connectTo: (options: ConnectOptions) => Promise<E.Either<OrkError, T>>,
): Promise<T> => {
  const dev = flags.nats === undefined ? readDevEndpoint() : undefined
  const url = flags.nats ?? dev?.url ?? DEFAULT_URL
  const { servers, login } = parseServers(url)
  const connected = await connectTo({
    servers,
    ...login,
    name: `cli/${process.pid}`,
    prefix: flags.prefix,
    waitMs: WAIT_MS,
    create: false,
  })
  if (E.isRight(connected)) return connected.right
  const error = connected.left
  if (error.tag === 'BadPrefix') throw new UsageFailure(error)
  if (!/authorization/i.test(error.what)) throw new OrkFailure(error)
  throw new OrkFailure({ ...error, what: 'the nats-server refuses this login', next: LOGIN_HINT })
}
