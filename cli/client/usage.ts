import type { ContainerStats, WorkerReply } from '#libs/api'
import { OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { callWorker, workerOf } from './ask'
import { list } from './call'

/** What a container uses, and where; `fresh`: as its engine says now, not its worker's last sign of life. */
export interface InstanceUse extends Omit<ContainerStats, 'attempt'> {
  readonly worker: string
  readonly attempt: number | null
  readonly fresh: boolean
}

export interface ClusterUse {
  readonly workers: readonly WorkerReply[]
  readonly instances: readonly InstanceUse[]
  /** When it was asked for; milliseconds. */
  readonly at: number
}

/** With more workers than this their signs of life must do. */
const MAX_ASKED = 64

/** What all workers and containers use. */
export const clusterUse = async (connection: Connection): Promise<ClusterUse> => {
  const at = Date.now()
  const { items } = await list(connection, 'workers', {})
  const workers = items.filter(({ state }) => state !== 'left' && state !== 'forgotten')
  const isFew = workers.length <= MAX_ASKED
  const uses = await Promise.all(
    workers.map((worker) => (isFew && worker.state === 'ready' ? askedOf(connection, worker) : toldBy(worker))),
  )
  return { workers, instances: uses.flat(), at }
}

/** What the container of one instance uses. Throws OrkFailure where it does not run. */
export const instanceUse = async (connection: Connection, id: string): Promise<readonly InstanceUse[]> => {
  const worker = await workerOf(connection, { id, attempt: null })
  const { containers } = await callWorker(connection, worker, 'stats', {})
  return containers.filter((container) => container.id === id).map((use) => ({ ...use, worker, fresh: true }))
}

const askedOf = async (connection: Connection, worker: WorkerReply): Promise<readonly InstanceUse[]> => {
  try {
    const { containers } = await callWorker(connection, worker.name, 'stats', {})
    return containers.map((use) => ({ ...use, worker: worker.name, fresh: true }))
  } catch (cause) {
    if (cause instanceof OrkFailure) return toldBy(worker)
    throw cause
  }
}

const toldBy = ({ name, containers }: WorkerReply): readonly InstanceUse[] =>
  containers.map(({ instance, cpuMilli, memoryBytes }) => ({
    id: instance,
    worker: name,
    attempt: null,
    cpuMilli,
    memoryBytes,
    memoryLimitBytes: null,
    receivedBytes: null,
    sentBytes: null,
    processes: null,
    fresh: false,
  }))
