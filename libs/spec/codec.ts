import * as t from 'io-ts'
import type { Resources } from '#libs/kernel'
import { MAX_PORTS, MAX_PRIORITY, MAX_REPLICAS, MAX_TASKS, MAX_WORDS } from './limits'
import type { JobSpec, PlacementSpec, PortSpec, RestartSpec, StopSpec, TaskSpec, UpdateSpec } from './model'
import {
  type About,
  decimal,
  flag,
  integer,
  list,
  matching,
  nullable,
  optional,
  processText,
  record,
  required,
  type Shape,
  struct,
} from './shapes'
import {
  disconnectShape,
  driverShape,
  ENV_NAME,
  kindShape,
  nameShape,
  orderShape,
  placementPolicyShape,
  policyShape,
  protocolShape,
  signalShape,
} from './words'

const count = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const words = list('a list of texts', processText, { max: MAX_WORDS })

const resources = struct<Resources>('resources', {
  cpuMilli: required(count),
  memoryBytes: required(count),
  diskBytes: required(count),
})

const port = struct<PortSpec>('a port', {
  name: required(nameShape),
  port: required(integer({ min: 1, max: 65535 })),
  hostPort: required(integer({ min: 0, max: 65535 })),
  protocol: required(protocolShape),
})

const restart = struct<RestartSpec>('a restart policy', {
  policy: required(policyShape),
  attempts: required(nullable(count)),
  delayMs: required(count),
  backoff: required(decimal({ min: 1, max: 100 })),
  maxDelayMs: required(count),
  resetAfterMs: required(count),
})

const stop = struct<StopSpec>('a stop policy', {
  signal: required(signalShape),
  graceMs: required(count),
})

const update = struct<UpdateSpec>('an update policy', {
  order: required(orderShape),
  maxParallel: required(integer({ min: 1, max: MAX_REPLICAS })),
  minHealthyMs: required(count),
  healthyDeadlineMs: required(count),
  progressDeadlineMs: required(count),
  autoRevert: required(flag),
  canary: required(integer({ min: 0, max: MAX_REPLICAS })),
  autoPromote: required(flag),
})

const task = struct<TaskSpec>('a task', {
  name: required(nameShape),
  driver: required(driverShape),
  image: optional(matching('an image reference', /^[\w.:/@[\]-]{1,1024}$/)),
  command: optional(words),
  args: optional(words),
  env: required(record('a map of texts', ENV_NAME, processText)),
  replicas: required(integer({ min: 0, max: MAX_REPLICAS })),
  resources: required(resources),
  ports: required(list('a list of ports', port, { max: MAX_PORTS })),
  restart: required(restart),
  stop: required(stop),
  onDisconnect: optional(disconnectShape),
  update: optional(update),
})

const job = struct<JobSpec>('a job', {
  name: required(nameShape),
  kind: required(kindShape),
  priority: optional(integer({ min: 0, max: MAX_PRIORITY })),
  placement: optional(struct<PlacementSpec>('where instances go', { policy: required(placementPolicyShape) })),
  lostAfterMs: optional(count),
  tasks: required(list('a list of tasks', task, { min: 1, max: MAX_TASKS })),
})

/** A shape whose written form is the canonical one, as a plain io-ts codec. */
const canonical = <A>(name: string, shape: Shape<A>): t.Type<A> =>
  new t.Type<A>(name, shape.is, shape.validate, t.identity)

/**
 * The job as events carry it: nothing left out, every number finite and whole where it counts something, names by
 * pattern. A key this version does not know is refused: a job that is half understood must not run. `is` is the
 * quick check, `decode` says why not.
 */
export const JobSpecCodec: t.Type<JobSpec> = canonical('JobSpec', job)

/** One task of such a job by itself. */
export const TaskSpecCodec: t.Type<TaskSpec> = canonical('TaskSpec', task)

/** What that codec accepts, as data. */
export const jobSpecAbout: About = job.about
