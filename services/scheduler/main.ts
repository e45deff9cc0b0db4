import type { Connection } from '#libs/log'
import { type LeaseSettings, LedService, type Logger, orkVersion } from '#libs/runtime'
import { type SchedulerView, schedulerCore } from './core'
import { serveApi } from './shell/api'

export interface StartSchedulerOptions {
  readonly connection: Connection
  readonly name: string
  readonly logger: Logger
  readonly lease?: LeaseSettings
}

/** A running scheduler. */
export interface Scheduler {
  readonly service: LedService<SchedulerView>
  stop(): Promise<void>
}

/** Starts a scheduler; resolves when it has caught up with the log and explains its decisions. */
export const startScheduler = async (options: StartSchedulerOptions): Promise<Scheduler> => {
  const { connection, name, logger, lease } = options
  const service = new LedService({
    connection,
    role: 'scheduler',
    name,
    version: orkVersion(),
    core: schedulerCore(),
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
