import type { EventOf } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import { ignoreIllegal, ignoreStray } from './ignore'
import type { Changes, Cluster, Worker, WorkerState } from './model'
import { adoptUnhosted } from './transition'

type WorkerEvent = EventOf<
  'WorkerRegistered' | 'WorkerSuspected' | 'WorkerLost' | 'WorkerReturned' | 'WorkerLeft' | 'WorkerForgotten'
>

const STEPS: Readonly<Record<WorkerEvent['type'], Partial<Record<WorkerState, WorkerState>>>> = {
  WorkerRegistered: { ready: 'ready', suspected: 'ready', left: 'ready', lost: 'ready', forgotten: 'ready' },
  WorkerSuspected: { ready: 'suspected' },
  WorkerLost: { ready: 'lost', suspected: 'lost', left: 'lost' },
  WorkerReturned: { suspected: 'ready', lost: 'ready', forgotten: 'ready' },
  WorkerLeft: { ready: 'left', suspected: 'left' },
  WorkerForgotten: { suspected: 'forgotten', left: 'forgotten', lost: 'forgotten' },
}

/** Folds the coming and going of workers. What it means for their instances is said by TaskLost, one by one. */
export const evolveWorker = (
  cluster: Cluster,
  seq: number,
  event: WorkerEvent,
  fresh: boolean,
  changes: Changes,
): void => {
  const known = cluster.workers.get(event.data.worker)
  if (known === undefined && event.type !== 'WorkerRegistered') return ignoreStray(cluster, seq, event)
  const worker = known ?? newWorker(event.data.worker)
  worker.seq = seq
  if (!fresh) return
  const to = STEPS[event.type][worker.state]
  if (to === undefined) return ignoreIllegal(cluster)
  if (event.type === 'WorkerRegistered') {
    const { capacity, labels, drivers, version, host } = event.data
    Object.assign(worker, { capacity, labels, drivers, version, host })
    cluster.workers.set(worker.name, worker)
    if (known === undefined) adoptUnhosted(cluster, worker)
    cluster.strays.delete(`events.worker.${worker.name}`)
  }
  if (worker.state !== to || known === undefined) worker.since = Date.parse(event.time)
  worker.state = to
  changes.worker(worker)
}

const newWorker = (name: string): Worker => ({
  name,
  state: 'ready',
  capacity: NO_RESOURCES,
  reserved: NO_RESOURCES,
  labels: {},
  drivers: [],
  version: '',
  host: '',
  seq: 0,
  since: 0,
  instances: new Set(),
  hostPorts: new Set(),
})
