import { type InstanceDetail, versionIn } from '#libs/cluster'
import { type OrkError, OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { callWorker, type Wanted, workerOf } from '../client/ask'
import { call } from '../client/call'
import { eventJson } from '../render/event'

/** What is known of an instance, from the log and from the engine that has its container. Throws OrkFailure. */
export const inspectInstance = async (connection: Connection, wanted: Wanted): Promise<Record<string, unknown>> => {
  const { events, ...instance } = await call(connection, 'task', { id: wanted.id })
  const found = await Promise.all(events.map((seq) => connection.log.at(seq)))
  return {
    ...instance,
    spec: await taskOf(connection, instance),
    history: found.flatMap((entry) => (entry === null ? [] : [eventJson(entry)])),
    ...(await engineOf(connection, wanted, instance.worker)),
  }
}

/** The task in the version that the instance was made of; null where the log has that no more. */
const taskOf = async (connection: Connection, { job, task, version }: Omit<InstanceDetail, 'events'>) => {
  const { spec, version: current, history } = await call(connection, 'job', { job })
  if (version === current || version === 0) return spec.tasks.find(({ name }) => name === task) ?? null
  const made = history.find((submission) => submission.version === version)
  const entry = made === undefined ? null : await connection.log.at(made.seq)
  const then = entry === null ? null : versionIn(entry, 0)
  return then?.spec.tasks.find(({ name }) => name === task) ?? null
}

/** An engine that cannot be asked leaves the rest to be seen. */
const engineOf = async (
  connection: Connection,
  wanted: Wanted,
  worker: string | null,
): Promise<{ readonly engine: unknown; readonly engineError?: OrkError }> => {
  if (worker === null) return { engine: null }
  try {
    const { engine } = await callWorker(connection, await workerOf(connection, wanted), 'inspect', wanted)
    return { engine }
  } catch (cause) {
    if (cause instanceof OrkFailure) return { engine: null, engineError: cause.error }
    throw cause
  }
}
