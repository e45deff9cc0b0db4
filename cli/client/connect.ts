import * as E from 'fp-ts/Either'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { type Backups, type Connection, type ConnectOptions, connect, connectBackups } from '#libs/log'
import { UsageFailure } from '../failure'
import { stderr } from '../output'
import { DEFAULT_URL, readDevEndpoint } from './endpoint'
import { parseServers } from './servers'

/** How long a command goes on trying where nobody listens, in milliseconds: a server may be restarting. */
const WAIT_MS = 1_000
/** How long it goes on asking servers of which none answers for the log: when one is gone the others elect for seconds. */
const PATIENCE_MS = 20_000
/** After so long it says what it waits for. */
const TELL_AFTER_MS = 2_000

const WAITING = 'waiting for the servers: none of them answers for the log yet\n'

const LOGIN_HINT = 'put yours into the URL: --nats nats://USER:PASSWORD@HOST:PORT, or into ORK_NATS_URL'

/** Connects to the servers of `targetOf`. Throws OrkFailure. `asking`: how long the log is asked that does not answer. */
export const openConnection = (
  flags: ServerFlags,
  asking: Pick<ConnectOptions, 'patienceMs'> = {},
): Promise<Connection> => open(flags, (options) => connect({ ...options, ...asking }))

/** As above, also where there is no log yet. */
export const openBackups = (flags: ServerFlags): Promise<Backups> => open(flags, connectBackups)

interface ServerFlags {
  readonly nats: string | undefined
  readonly prefix: string
}

/** Where the commands find their cluster. */
export interface Target {
  /** Servers, with the login that may stand there: not to be shown. */
  readonly url: string
  /** The same as it may be shown. */
  readonly shown: string
  /** Data folder of the `ork dev` it was found by; null where a flag, ORK_NATS_URL or the default named it. */
  readonly devDir: string | null
}

/** What `--nats` or ORK_NATS_URL names (several with commas), else the running `ork dev`, else the default port. */
export const targetOf = ({ nats }: Pick<ServerFlags, 'nats'>): Target => {
  const dev = nats === undefined ? readDevEndpoint() : undefined
  const url = nats ?? dev?.url ?? DEFAULT_URL
  return { url, shown: parseServers(url).servers.join(','), devDir: dev?.dataDir ?? null }
}

const open = async <T>(
  flags: ServerFlags,
  connectTo: (options: ConnectOptions) => Promise<E.Either<OrkError, T>>,
): Promise<T> => {
  const { servers, login } = parseServers(targetOf(flags).url)
  const telling = setTimeout(() => void stderr.write(WAITING), TELL_AFTER_MS)
  const connected = await connectTo({
    servers,
    ...login,
    name: `cli/${process.pid}`,
    prefix: flags.prefix,
    waitMs: WAIT_MS,
    patienceMs: PATIENCE_MS,
    create: false,
  }).finally(() => clearTimeout(telling))
  if (E.isRight(connected)) return connected.right
  const error = connected.left
  if (error.tag === 'BadPrefix') throw new UsageFailure(error)
  if (!/authorization/i.test(error.what)) throw new OrkFailure(error)
  throw new OrkFailure({ ...error, what: 'the nats-server refuses this login', next: LOGIN_HINT })
}
