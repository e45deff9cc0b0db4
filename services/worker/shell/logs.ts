import { apiSubject, checked } from '#libs/api'
import type { Driver } from '#libs/drivers'
import { orThrow } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import type { DriverName } from '#libs/spec'
import type { WorkerView } from '../core'
import { findHeld } from './held'

/** Answers `logs` for the containers on this worker, line by line. */
export const logsEndpoint = (
  connection: Connection,
  view: WorkerView,
  drivers: ReadonlyMap<DriverName, Driver>,
): Endpoint => ({
  name: 'logs',
  subject: apiSubject(connection.prefix, 'logs', view.name),
  handle: (payload, signal) => readLogs(view, drivers, payload, signal),
})

async function* readLogs(
  view: WorkerView,
  drivers: ReadonlyMap<DriverName, Driver>,
  payload: unknown,
  signal: AbortSignal,
): AsyncGenerator<unknown> {
  const request = orThrow(checked('logs', payload))
  const { held, driver } = findHeld(view, drivers, request)
  const { follow, tail, sinceMs } = request
  const lines = driver.logs(held.ref, {
    follow,
    signal,
    ...(tail === null ? {} : { tail }),
    ...(sinceMs === null ? {} : { sinceMs }),
  })
  for await (const { stream, time = null, text } of lines) yield { stream, time, text }
}
