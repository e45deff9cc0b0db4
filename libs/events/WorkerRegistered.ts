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

const fourth = t.type({ ...third.props, platform: t.record(t.string, t.string) })

const fifth = t.type({ ...fourth.props, overcommit: t.record(t.string, Count) })

/**
 * Version 2 says which engine is behind each driver, so that a process of the same name knows whether it has the same.
 * Version 3 says how many devices of each kind it has to give. Version 4 says what its machine is: `os`, `arch`, `kernel`.
 * Version 5 says how many percent of what its machine has it promises, by resource. Version 6 says where the host ports
 * of its containers are taken: workers that have any of that in common never get the same one.
 */
export const WorkerRegistered = defineEvent({
  type: 'WorkerRegistered',
  version: 6,
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary: 'A worker joined, or came back with what it has now.',
  data: t.type({ ...fifth.props, portSpaces: t.array(t.string) }),
  older: {
    1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, engines: {} }) },
    2: { data: second, upcast: (data: t.TypeOf<typeof second>) => ({ ...data, devices: {} }) },
    3: { data: third, upcast: (data: t.TypeOf<typeof third>) => ({ ...data, platform: {} }) },
    4: { data: fourth, upcast: (data: t.TypeOf<typeof fourth>) => ({ ...data, overcommit: {} }) },
    5: { data: fifth, upcast: (data: t.TypeOf<typeof fifth>) => ({ ...data, portSpaces: [] }) },
  },
})
