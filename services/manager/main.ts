import type { Connection } from '#libs/log'
import { type LeaseSettings, LedService, type Logger, orkVersion } from '#libs/runtime'
import { type LivenessSettings, type ManagerView, managerCore } from './core'
import { serveApi } from './shell/api'

export interface StartManagerOptions {
  readonly connection: Connection
  readonly name: string
  readonly logger: Logger
  readonly liveness?: LivenessSettings
  readonly lease?: LeaseSettings
}

/** A running manager. */
export interface Manager {
  readonly service: LedService<ManagerView>
  stop(): Promise<void>
}

/** Starts a manager; resolves when it has caught up with the log and serves the API. */
export const startManager = async (options: StartManagerOptions): Promise<Manager> => {
  const { connection, name, logger, lease } = options
  const service = new LedService({
    connection,
    role: 'manager',
    name,
    version: orkVersion(),
    core: managerCore(options.liveness),
    logger,
    ...(lease === undefined ? {} : { lease }),
  })
  await service.start()
  const api = await serveApi(connection, service, name)
  return {
    service,
    stop: async () => {
      await api.stop()
      await service.stop()
    },
  }
}
