import * as t from 'io-ts'
import { Count, Name, ResourcesCodec } from '#libs/kernel'
import { DriverNameCodec } from '#libs/spec'
import { defineEvent } from './define'

const first = t.type({
  worker: Name,
  capacity: ResourcesCodec,
  labels: t.record(t.string, t.string),
  drivers: t.array(DriverNameCodec),
  version: t.string,
  host: t.string,
})

const second = t.type({ ...first.props, engines: t.record(t.string, t.string) })

const third = t.type({ ...second.props, devices: t.record(t.string, Count) })

/**
 * Version 2 says which engine is behind each driver, so that a process of the same name knows whether it has the same.
 * Version 3 says how many devices of each kind it has to give. Version 4 says what its machine is: `os`, `arch`, `kernel`.
 */
export const WorkerRegistered = defineEvent({
  type: 'WorkerRegistered',
  version: 4,
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary: 'A worker joined, or came back with what it has now.',
  data: t.type({ ...third.props, platform: t.record(t.string, t.string) }),
  older: {
    1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, engines: {} }) },
    2: { data: second, upcast: (data: t.TypeOf<typeof second>) => ({ ...data, devices: {} }) },
    3: { data: third, upcast: (data: t.TypeOf<typeof third>) => ({ ...data, platform: {} }) },
  },
})
