import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskPreempted = defineEvent({
  type: 'TaskPreempted',
  topic: 'task',
  owner: 'scheduler',
  nature: 'decision',
  summary:
    'The attempt is to end, as for TaskStopRequested, and to be placed anew: another instance, of a job of higher priority, ' +
    'has no place on any worker, and its room is kept for that one. `asOf`: the sequence that this was decided on.',
  data: t.type({
    ...ATTEMPT,
    priority: Count,
    by: t.type({ job: Name, task: Name, index: Count, priority: Count }),
    asOf: Count,
    reason: t.string,
  }),
})
