import * as t from 'io-ts'
import { Count } from '#libs/kernel'
import { ATTEMPT } from './attempt'
import { defineEvent } from './define'

export const TaskPulling = defineEvent({
  type: 'TaskPulling',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The image is being fetched; written when it begins, every few seconds, and when it is there.',
  data: t.type({
    ...ATTEMPT,
    image: t.string,
    doneBytes: Count,
    totalBytes: Count,
  }),
})
