import type { EventOf } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import { ignoreIllegal, ignoreStray } from './ignore'
import { type IntakeEvent, isIntake, stepIntake } from './intake'
import type { Changes } from './model/changes'
import type { Cluster } from './model/cluster'
import type { Task } from './model/job'
import type { Worker, WorkerState } from './model/worker'
import { adoptUnhosted } from './transition'

type Step = EventOf<
  'WorkerRegistered' | 'WorkerSuspected' | 'WorkerLost' | 'WorkerReturned' | 'WorkerLeft' | 'WorkerForgotten'
>

const STEPS: Readonly<Record<Step['type'], Partial<Record<WorkerState, WorkerState>>>> = {
  WorkerRegistered: { ready: 'ready', suspected: 'ready', left: 'ready', lost: 'ready', forgotten: 'ready' },
  WorkerSuspected: { ready: 'suspected' },
  WorkerLost: { ready: 'lost', suspected: 'lost', left: 'lost' },
  WorkerReturned: { suspected: 'ready', lost: 'ready', forgotten: 'ready' },
  WorkerLeft: { ready: 'left', suspected: 'left' },
  WorkerForgotten: { suspected: 'forgotten', left: 'forgotten', lost: 'forgotten' },
}

type WorkerEvent = Step | IntakeEvent | EventOf<'WorkerDriverChanged' | 'WorkerLabelled'>

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
  if (event.type === 'WorkerDriverChanged') driverChanged(worker, event)
  else if (event.type === 'WorkerLabelled') relabel(worker, { ...worker.givenLabels, ...event.data.labels })
  else if (isIntake(event)) {
    if (!stepIntake(worker, event)) return ignoreIllegal(cluster)
  } else if (!step(cluster, worker, event, known === undefined)) return ignoreIllegal(cluster)
  if (event.type === 'WorkerRegistered' && known !== undefined) askAgain(cluster, worker, changes)
  changes.worker(worker)
}

/** Nobody is kept any more from a worker that turned it down before it was started anew: it may give more now. */
const askAgain = ({ jobs }: Cluster, { name }: Worker, changes: Changes): void => {
  for (const { tasks } of jobs.values()) {
    for (const task of tasks.values()) if (task.turnedDown) task.turnedDown = admit(task, name, changes)
  }
}

/** Whether any of the task is still kept from other workers. */
const admit = ({ instances }: Task, worker: string, changes: Changes): boolean => {
  let isKept = false
  for (const instance of instances.made()) {
    if (instance.rejectedBy.includes(worker)) {
      instance.rejectedBy = instance.rejectedBy.filter((other) => other !== worker)
      changes.instance(instance)
    }
    isKept ||= instance.rejectedBy.length > 0
  }
  return isKept
}

/** What was given by hand holds over what the worker brings, also when that comes anew. */
const relabel = (worker: Worker, given: Worker['givenLabels'], own: Worker['labels'] = worker.ownLabels): void => {
  const labels = Object.entries({ ...own, ...given }).flatMap(([key, text]) => (text === null ? [] : [[key, text]]))
  Object.assign(worker, { ownLabels: own, givenLabels: given, labels: Object.fromEntries(labels) })
}

const driverChanged = (worker: Worker, { data }: EventOf<'WorkerDriverChanged'>): void => {
  const others = worker.silentDrivers.filter((name) => name !== data.driver)
  worker.silentDrivers = data.answers ? others : [...others, data.driver]
}

/** Whether it was a legal one. */
const step = (cluster: Cluster, worker: Worker, event: Step, isNew: boolean): boolean => {
  const to = STEPS[event.type][worker.state]
  if (to === undefined) return false
  if (event.type === 'WorkerRegistered') {
    const { capacity, overcommit, devices, labels, platform, drivers, portSpaces, version, host } = event.data
    const now = { capacity, overcommit, devices, platform, drivers, portSpaces, version, host }
    Object.assign(worker, { ...now, silentDrivers: [] })
    relabel(worker, worker.givenLabels, labels)
    cluster.workers.set(worker.name, worker)
    if (isNew) adoptUnhosted(cluster, worker)
    cluster.strays.delete(`events.worker.${worker.name}`)
  }
  if (event.type === 'WorkerForgotten') forgetVolumes(worker)
  if (worker.state !== to || isNew) worker.since = Date.parse(event.time)
  worker.state = to
  return true
}

/** Given up by hand, with what it holds: whoever needs one of its volumes begins anew elsewhere. */
const forgetVolumes = ({ volumes }: Worker): void => {
  for (const [name, volume] of volumes) {
    volume.made = false
    if (volume.users === 0) volumes.delete(name)
  }
}

const newWorker = (name: string): Worker => ({
  name,
  state: 'ready',
  intake: 'open',
  drainDeadlineMs: null,
  capacity: NO_RESOURCES,
  overcommit: {},
  reserved: NO_RESOURCES,
  labels: {},
  ownLabels: {},
  givenLabels: {},
  platform: {},
  drivers: [],
  silentDrivers: [],
  portSpaces: [],
  version: '',
  host: '',
  seq: 0,
  since: 0,
  instances: new Set(),
  hostPorts: new Set(),
  devices: {},
  reservedDevices: new Map(),
  volumes: new Map(),
})
