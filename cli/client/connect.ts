import * as E from 'fp-ts/Either'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { type Connection, connect } from '#libs/log'
import { DEFAULT_URL, readDevEndpoint } from './endpoint'

/** How long a command goes on trying where nobody listens, in milliseconds: a server may be restarting. */
const WAIT_MS = 1_000

/**
 * Connects to the servers named by `--nats` or ORK_NATS_URL (several with commas), else to the running `ork dev`, else
 * to the default port. Throws OrkFailure.
 */
export const openConnection = async (flags: {
  readonly nats: string | undefined
  readonly prefix: string
}): Promise<Connection> => {
  const dev = flags.nats === undefined ? readDevEndpoint() : undefined
  const url = flags.nats ?? dev?.url ?? DEFAULT_URL
  const servers = url.split(',').map((server) => server.trim())
  const connected = await connect({ servers, name: `cli/${process.pid}`, prefix: flags.prefix, waitMs: WAIT_MS })
  if (E.isRight(connected)) return connected.right
  throw new OrkFailure(withoutPasswords(connected.left))
}

const withoutPasswords = (error: OrkError): OrkError =>
  error.where === undefined ? error : { ...error, where: error.where.replace(/\/\/[^@/\s]*@/g, '//') }
