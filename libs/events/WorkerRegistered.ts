import * as t from 'io-ts'
import { Name, ResourcesCodec } from '#libs/kernel'
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

/** Version 2 says which engine is behind each driver, so that a process of the same name knows whether it has the same. */
export const WorkerRegistered = defineEvent({
  type: 'WorkerRegistered',
  version: 2,
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary: 'A worker joined, or came back with what it has now.',
  data: t.type({ ...first.props, engines: t.record(t.string, t.string) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, engines: {} }) } },
})
