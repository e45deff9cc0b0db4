import * as E from 'fp-ts/Either'
import { endpoint, type Replies } from '#libs/api'
import type { Driver, Usage } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { Endpoint } from '#libs/log'
import type { DriverName } from '#libs/spec'
import type { WorkerView } from '../core'
import { findHeld } from './held'
import type { WorkerOptions } from './options'

/** Answers what the containers here use now, and what their engines say of them. */
export const lookEndpoints = (
  { connection, name, drivers }: WorkerOptions,
  view: WorkerView,
  byName: ReadonlyMap<DriverName, Driver>,
): readonly Endpoint[] => {
  const { prefix, log } = connection
  const owner = { cluster: log.cluster, worker: name }
  return [
    endpoint({ prefix, verb: 'stats', target: name }, async () => {
      const usages = await Promise.all(drivers.map((driver) => driver.usage(owner)))
      return E.right({ containers: usages.flatMap((usage) => (E.isRight(usage) ? usage.right.map(statsOf) : [])) })
    }),
    endpoint({ prefix, verb: 'inspect', target: name }, async (request) => {
      const { held, driver } = findHeld(view, byName, request)
      return E.map((engine) => ({ driver: driver.name, engine }))(await driver.inspect(held.ref))
    }),
  ]
}

const statsOf = ({ ref, cpuMilli, memoryBytes, ...usage }: Usage): Replies['stats']['containers'][number] => ({
  id: instanceId(ref),
  attempt: ref.attempt,
  cpuMilli,
  memoryBytes,
  memoryLimitBytes: usage.memoryLimitBytes ?? null,
  receivedBytes: usage.receivedBytes ?? null,
  sentBytes: usage.sentBytes ?? null,
  processes: usage.processes ?? null,
})
