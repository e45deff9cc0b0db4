import * as t from 'io-ts'
import { Name } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent, HookStageCodec } from './define'

export const TaskHookStarted = defineEvent({
  type: 'TaskHookStarted',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'A hook of the attempt runs: a container before the start of its own, or after the end of that.',
  data: t.type({
    ...ATTEMPT,
    hook: Name,
    stage: HookStageCodec,
    container: t.string,
  }),
})
