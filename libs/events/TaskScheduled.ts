import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

const first = t.type({
  job: Name,
  task: Name,
  index: Count,
  worker: Name,
  attempt: Count,
  version: Count,
  policy: t.string,
  asOf: Count,
})

/** Version 2 says which ports of the machine were chosen for it, of the ranges that its job names. */
export const TaskScheduled = defineEvent({
  type: 'TaskScheduled',
  version: 2,
  topic: 'task',
  owner: 'scheduler',
  nature: 'decision',
  summary:
    'An instance was placed on a worker. Folding the log to `asOf` and asking the scheduler again gives the same worker.',
  data: t.type({ ...first.props, ports: t.array(t.type({ name: t.string, hostPort: Count })) }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, ports: [] }) } },
})
