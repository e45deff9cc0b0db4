import * as t from 'io-ts'
import { Name, nullable } from '#libs/kernel'
import { defineEvent } from './define'

export const WorkerLabelled = defineEvent({
  type: 'WorkerLabelled',
  topic: 'worker',
  owner: 'manager',
  nature: 'command',
  summary:
    'A user gave a worker labels, or took some away (null). They hold over those that it brings itself, until they are changed again; what runs there stays.',
  data: t.type({ worker: Name, labels: t.record(t.string, nullable(t.string)), reason: nullable(t.string) }),
})
