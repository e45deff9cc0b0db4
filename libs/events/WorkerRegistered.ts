import * as t from 'io-ts'
import { Name, ResourcesCodec } from '#libs/kernel'
import { DriverNameCodec } from '#libs/spec'
import { defineEvent } from './define'

export const WorkerRegistered = defineEvent({
  type: 'WorkerRegistered',
  topic: 'worker',
  owner: 'worker',
  nature: 'fact',
  summary: 'A worker joined, or came back with what it has now.',
  data: t.type({
    worker: Name,
    capacity: ResourcesCodec,
    labels: t.record(t.string, t.string),
    drivers: t.array(DriverNameCodec),
    version: t.string,
    host: t.string,
  }),
})
