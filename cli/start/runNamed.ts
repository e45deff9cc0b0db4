import type { Role } from '#libs/events'
import type { Connection } from '#libs/log'
import { createLogger, type Logger } from '#libs/runtime'
import { connectOptions, type ServiceFlags, serviceName } from './flags'
import { runService, type Stoppable } from './service'

/** What a service is started with. */
export interface Named {
  readonly connection: Connection
  readonly name: string
  readonly logger: Logger
}

/** Runs one service as its command line says, until the signal. */
export const runNamed = async (
  role: Role,
  flags: ServiceFlags,
  signal: AbortSignal,
  start: (named: Named) => Promise<Stoppable>,
): Promise<void> => {
  const name = serviceName(flags)
  const logger = createLogger(`${role}/${name}`)
  await runService({
    connect: connectOptions(role, flags),
    logger,
    signal,
    graceMs: flags.grace * 1000,
    start: (connection) => start({ connection, name, logger }),
  })
}
