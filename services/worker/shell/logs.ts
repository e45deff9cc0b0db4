import * as E from 'fp-ts/Either'
import { apiSubject, checked } from '#libs/api'
import { findInstance } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import { instanceId, OrkFailure, orkError, parseInstanceId } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import type { DriverName } from '#libs/spec'
import type { WorkerView } from '../core'

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
  const request = checked('logs', payload)
  if (E.isLeft(request)) throw new OrkFailure(request.left)
  const ref = parseInstanceId(request.right.id)
  if (E.isLeft(ref)) throw new OrkFailure(ref.left)
  const id = instanceId(ref.right)
  const containers = [...(view.containers.get(id)?.values() ?? [])]
  const instance = findInstance(view.cluster, ref.right.job, ref.right.task, ref.right.index)
  const attempt = request.right.attempt ?? Math.max(0, ...containers.map((held) => held.ref.attempt))
  const held = containers.find((each) => each.ref.attempt === attempt)
  const driver = held === undefined ? undefined : drivers.get(held.driver)
  if (held === undefined || driver === undefined) {
    const kept = containers.map((each) => each.ref.attempt).join(', ') || 'none'
    throw new OrkFailure(
      orkError(
        'NoContainer',
        `worker ${view.name} has no container of ${id} attempt ${attempt || (instance?.attempt ?? 1)}`,
        {
          next: `attempts whose container is still there: ${kept}; \`ork task ${id}\` shows its history`,
        },
      ),
    )
  }
  const { follow, tail } = request.right
  const lines = driver.logs(held.ref, { follow, signal, ...(tail === null ? {} : { tail }) })
  for await (const { stream, time = null, text } of lines) yield { stream, time, text }
}
