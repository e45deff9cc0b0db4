import { type Health, healthEndpoint } from '#libs/api'
import type { Driver } from '#libs/drivers'
import type { DriverName } from '#libs/spec'
import type { WorkerView } from '../core'
import { copyEndpoints } from './copy'
import { execEndpoint } from './exec'
import { Inputs } from './inputs'
import { logsEndpoint } from './logs'
import { lookEndpoints } from './look'
import { whoEndpoint } from './name'
import type { WorkerOptions } from './options'
import { pruneEndpoint } from './prune'

interface Served {
  readonly worker: WorkerOptions
  readonly view: WorkerView
  readonly drivers: ReadonlyMap<DriverName, Driver>
  readonly upMs: () => number
  /** What waits for the log for longer than is usual. */
  readonly unsent: () => Required<Health>['unsent']
}

/** What a worker answers to: who it is, how it is, and what people do with its containers. */
export const serve = async ({ worker, view, drivers, upMs, unsent }: Served): Promise<{ stop(): Promise<void> }> => {
  const { connection, name, version, host } = worker
  const health = (): Health => ({
    service: `worker/${name}`,
    version,
    uptimeMs: Math.round(upMs()),
    engines: [...view.engines].map(([driver, { state }]) => ({ driver, state })),
    unsent: unsent(),
  })
  const inputs = new Inputs(connection, name)
  const sessions = { worker, view, drivers, inputs }
  const serving = await connection.bus.serve({
    name: 'ork-worker',
    version,
    description: `worker ${name}: its containers`,
    endpoints: [
      logsEndpoint(connection, view, drivers),
      ...lookEndpoints(worker, view, drivers),
      execEndpoint(sessions),
      ...copyEndpoints(sessions),
      pruneEndpoint(sessions),
      whoEndpoint(connection, name, { host, pid: process.pid }),
      healthEndpoint(connection.prefix, health),
    ],
  })
  return {
    stop: async () => {
      inputs.stop()
      await serving.stop()
    },
  }
}
