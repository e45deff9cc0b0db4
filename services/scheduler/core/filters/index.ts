import { colocate, followers } from './colocate'
import { constraints } from './constraints'
import { devices } from './devices'
import { distinctWorkers } from './distinctWorkers'
import { driver } from './driver'
import type { Filter } from './filter'
import { hostPorts } from './hostPorts'
import { notRejected } from './notRejected'
import { cpu, disk, memory } from './resources'
import { target } from './target'
import { volumes } from './volumes'
import { workerReady } from './workerReady'

export { type Candidate, devicesAfter, type Filter, type Reason } from './filter'

/** All filters, cheapest and most telling first: the first that rejects is the one people are told. */
export const FILTERS: readonly Filter[] = [
  target,
  colocate,
  workerReady,
  driver,
  constraints,
  volumes,
  notRejected,
  distinctWorkers,
  cpu,
  memory,
  disk,
  devices,
  hostPorts,
  followers,
]
