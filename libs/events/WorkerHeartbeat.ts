import * as t from 'io-ts'
import { Count, Name, ResourcesCodec } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerHeartbeat = defineEvent({
  type: 'WorkerHeartbeat',
  topic: 'heartbeat',
  owner: 'worker',
  nature: 'fact',
  summary: 'A sign of life with what the worker has, has promised and really uses.',
  data: t.type({
    worker: Name,
    seq: Count,
    capacity: ResourcesCodec,
    reserved: ResourcesCodec,
    used: ResourcesCodec,
    containers: t.array(t.type({ instance: t.string, cpuMilli: Count, memoryBytes: Count })),
  }),
})
