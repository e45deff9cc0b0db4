import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

const first = t.type({
  ...ATTEMPT,
  container: t.string,
  ports: t.array(t.type({ name: t.string, hostPort: Count })),
})

/** Version 2 says whether its health is checked: then it is up only once TaskHealthChanged says that it is healthy. */
export const TaskStarted = defineEvent({
  type: 'TaskStarted',
  version: 2,
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The container of the attempt runs; `checked` says whether its health is looked at.',
  data: t.type({ ...first.props, checked: t.boolean }),
  older: { 1: { data: first, upcast: (data: t.TypeOf<typeof first>) => ({ ...data, checked: false }) } },
})
