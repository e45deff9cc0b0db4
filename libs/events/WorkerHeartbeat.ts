import * as t from 'io-ts'
import { Count, Name, nullable, ResourcesCodec } from '#libs/kernel'
import { defineEvent } from './define'

const first = t.type({
  worker: Name,
  seq: Count,
  capacity: ResourcesCodec,
  reserved: ResourcesCodec,
  used: ResourcesCodec,
  containers: t.array(t.type({ instance: t.string, cpuMilli: Count, memoryBytes: Count })),
})

const second = t.type({ ...first.props, troubles: t.array(t.string) })

/**
 * Version 2 says what the worker is not well with, for people; version 3 what its containers use only where that was measured
 * since the last one, else null.
 */
export const WorkerHeartbeat = defineEvent({
  type: 'WorkerHeartbeat',
  version: 3,
  topic: 'heartbeat',
  owner: 'worker',
  nature: 'fact',
  summary: 'A sign of life with what the worker has, has promised and really uses, and what it is not well with.',
  data: t.type({ ...second.props, containers: nullable(second.props.containers) }),
  older: {
    1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, troubles: [] }) },
    2: { data: second, upcast: (data: t.TypeOf<typeof second>) => data },
  },
})
