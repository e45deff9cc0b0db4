import * as E from 'fp-ts/Either'
import { type OrkError, OrkFailure } from '#libs/kernel'
import { type Connection, type ConnectOptions, connect } from '#libs/log'
import type { Logger } from '#libs/runtime'

/** What a running service must offer to be ended in order. */
export interface Stoppable {
  stop(): Promise<unknown>
  /** Resolves, if ever, with why it has ended by itself. */
  readonly ended?: Promise<OrkError>
}

export interface RunOptions {
  readonly connect: ConnectOptions
  readonly logger: Logger
  readonly signal: AbortSignal
  /** How long an orderly end may take, in milliseconds, before the process ends anyway. */
  readonly graceMs: number
  readonly start: (connection: Connection) => Promise<Stoppable>
}

/** How long one try to reach a server takes before it is said that none is there; it is tried again for ever. */
const TRY_MS = 5_000

/** What is waited out: no server, no log yet, or servers that are just electing a leader. */
const PASSING: ReadonlySet<string> = new Set(['Unreachable', 'NoLog', 'LogUnavailable'])

/** Runs one service until the signal: connects however long that takes, starts it, and ends it in order. */
export const runService = async (options: RunOptions): Promise<void> => {
  const { logger, signal } = options
  const letGo = endInTime(options)
  const connection = await connectPatiently(options)
  if (connection !== null) {
    const service = await options.start(connection)
    logger.info('ready')
    const why = await Promise.race([aborted(signal), service.ended ?? aborted(signal)])
    await service.stop()
    await connection.close()
    if (why !== undefined) throw new OrkFailure(why)
  }
  letGo()
  logger.info('stopped')
}

/** From the signal on, whatever is going on then, the process has so long to end; the result calls that off. */
const endInTime = ({ logger, signal, graceMs }: RunOptions): (() => void) => {
  let late: NodeJS.Timeout | undefined
  void aborted(signal).then(() => {
    logger.info('stopping')
    late = setTimeout(() => {
      logger.error({ graceMs }, 'did not stop in time, leaving the rest to the next start')
      process.exit(1)
    }, graceMs)
  })
  return () => clearTimeout(late)
}

const connectPatiently = async ({ connect: wishes, logger, signal }: RunOptions): Promise<Connection | null> => {
  while (!signal.aborted) {
    const connected = await connect({ ...wishes, waitMs: TRY_MS })
    if (E.isRight(connected)) return connected.right
    if (!PASSING.has(connected.left.tag)) throw new OrkFailure(connected.left)
    logger.warn({ error: connected.left }, 'no log to join yet, trying again')
    await pauseUnless(signal, 1_000)
  }
  return null
}

/** Resolves when the signal is given. */
export const aborted = (signal: AbortSignal): Promise<undefined> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })

const pauseUnless = async (signal: AbortSignal, ms: number): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([aborted(signal), new Promise((resolve) => (timer = setTimeout(resolve, ms)))])
  clearTimeout(timer)
}
