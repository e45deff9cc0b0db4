import * as t from 'io-ts'
import { Count, Name } from '#libs/kernel'
import { defineEvent } from './define'

export const TaskPulling = defineEvent({
  type: 'TaskPulling',
  topic: 'task',
  owner: 'worker',
  nature: 'fact',
  summary: 'The image is being fetched; written when it begins, every few seconds, and when it is there.',
  data: t.type({
    job: Name,
    task: Name,
    index: Count,
    worker: Name,
    attempt: Count,
    placement: Count,
    image: t.string,
    doneBytes: Count,
    totalBytes: Count,
  }),
})
