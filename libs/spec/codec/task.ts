import { containerFields } from '../container'
import { MAX_PORTS, MAX_REPLICAS, MAX_WORDS } from '../limits'
import type { PortRange, PortSpec, TaskResources, TaskSpec } from '../model'
import { placementFields } from '../placement'
import { integer, list, matching, optional, processText, record, required, struct } from '../shapes'
import {
  conditionShape,
  DEVICE_NAME,
  disconnectShape,
  driverShape,
  ENV_NAME,
  NAME_RULE,
  nameShape,
  protocolShape,
} from '../words'
import { count } from './count'
import { health } from './health'
import { hooks } from './hooks'
import { reschedule, restart, stop, update } from './policies'

const words = list('a list of texts', processText, { max: MAX_WORDS })

const resources = struct<TaskResources>('resources', {
  cpuMilli: required(count),
  memoryBytes: required(count),
  memoryLimitBytes: optional(count),
  devices: optional(record('a map of amounts', DEVICE_NAME, count)),
  diskBytes: required(count),
})

const port = struct<PortSpec>('a port', {
  name: required(nameShape),
  port: required(integer({ min: 1, max: 65535 })),
  hostPort: required(integer({ min: 0, max: 65535 })),
  hostPortRange: optional(
    struct<PortRange>('a range of ports', {
      from: required(integer({ min: 1, max: 65535 })),
      to: required(integer({ min: 1, max: 65535 })),
    }),
  ),
  protocol: required(protocolShape),
})

export const task = struct<TaskSpec>('a task', {
  name: required(nameShape),
  driver: required(driverShape),
  image: optional(matching('an image reference', /^[\w.:/@[\]-]{1,1024}$/)),
  command: optional(words),
  args: optional(words),
  env: required(record('a map of texts', ENV_NAME, processText)),
  replicas: required(integer({ min: 0, max: MAX_REPLICAS })),
  parallelism: optional(integer({ min: 1, max: MAX_REPLICAS })),
  dependsOn: optional(record('a map of tasks to conditions', NAME_RULE, conditionShape)),
  prestart: optional(hooks),
  poststop: optional(hooks),
  resources: required(resources),
  ports: required(list('a list of ports', port, { max: MAX_PORTS })),
  restart: required(restart),
  reschedule: optional(reschedule),
  health: optional(health),
  stop: required(stop),
  ...containerFields({ shape: count, about: () => ({}) }),
  ...placementFields,
  onDisconnect: optional(disconnectShape),
  update: optional(update),
})
