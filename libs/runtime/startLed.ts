import type { Cluster } from '#libs/cluster'
import { type OrkError, OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { DEFAULT_KEEPER, type KeeperSettings, SnapshotKeeper } from '#libs/snapshots'
import { LedService, type LedServiceOptions } from './ledService'
import { theMachine } from './machine'

/** A running service of a role that acts alone. */
export interface Led<View extends { readonly cluster: Cluster }> {
  readonly service: LedService<View>
  stop(): Promise<void>
  /** Resolves, if ever, with why it cannot go on: it is to be started again. */
  readonly ended: Promise<OrkError>
}

export type StartLedOptions<View extends { readonly cluster: Cluster }> = Omit<
  LedServiceOptions<View>,
  'cluster' | 'snapshots'
> & {
  /** When snapshots are taken. */
  readonly keeper?: KeeperSettings
}

/**
 * Starts a service from the newest snapshot, and then what it answers; resolves when it has caught up with the log.
 * Ends in the other order. Of all services the manager that leads takes the snapshots: they hold what every view has of
 * the log, so those of one are enough for all. Rejects where the log has lost events (`LogLostEvents`).
 */
export const startLed = async <View extends { readonly cluster: Cluster }>(
  { keeper: settings = DEFAULT_KEEPER, ...options }: StartLedOptions<View>,
  serveApi: (connection: Connection, service: LedService<View>, name: string) => Promise<{ stop(): Promise<void> }>,
): Promise<Led<View>> => {
  const { connection, logger, role, machine = theMachine } = options
  const warn = (cause: unknown, what: string): void =>
    logger.warn(cause instanceof OrkFailure ? { error: cause.error } : { cause }, what)
  const keeper = new SnapshotKeeper({ source: connection, now: () => machine.now(), warn, settings })
  const cluster = await keeper.load()
  if (cluster.seq > 0) logger.info({ seq: cluster.seq }, 'starting from a snapshot')
  const service = new LedService({ ...options, cluster, ...(role === 'manager' ? { snapshots: keeper } : {}) })
  await service.start()
  try {
    const api = await serveApi(connection, service, options.name)
    return { service, ended: service.ended, stop: () => api.stop().finally(() => service.stop()) }
  } catch (cause) {
    await service.stop() // a service that nobody can ask must not go on leading
    throw cause
  }
}
