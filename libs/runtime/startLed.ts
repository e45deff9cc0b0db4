import type { Cluster } from '#libs/cluster'
import type { Connection } from '#libs/log'
import { LedService, type LedServiceOptions } from './ledService'

/** A running service of a role that acts alone. */
export interface Led<View extends { readonly cluster: Cluster }> {
  readonly service: LedService<View>
  stop(): Promise<void>
}

/** Starts a service and then what it answers; resolves when it has caught up with the log. Ends in the other order. */
export const startLed = async <View extends { readonly cluster: Cluster }>(
  options: LedServiceOptions<View>,
  serveApi: (connection: Connection, service: LedService<View>, name: string) => Promise<{ stop(): Promise<void> }>,
): Promise<Led<View>> => {
  const service = new LedService(options)
  await service.start()
  try {
    const api = await serveApi(options.connection, service, options.name)
    return { service, stop: () => api.stop().finally(() => service.stop()) }
  } catch (cause) {
    await service.stop() // a service that nobody can ask must not go on leading
    throw cause
  }
}
