import * as E from 'fp-ts/Either'
import { type OrkError, orkError } from './errors'

/** Names of jobs, tasks and workers: one NATS token and one DNS label each. */
export const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/

/** Whether a text can name a job, a task or a worker: one NATS token and one DNS label. */
export const isName = (text: string): boolean => NAME.test(text)

/** The first token of all subjects, which also names the streams. */
export const parsePrefix = (text: string): E.Either<OrkError, string> =>
  /^[A-Za-z][A-Za-z0-9_-]*$/.test(text)
    ? E.right(text)
    : E.left(
        orkError('BadPrefix', `"${text}" cannot be the first token of subjects`, {
          next: 'a prefix is one token of letters, digits, "-" and "_" that begins with a letter, e.g. ork',
        }),
      )

/** Where an instance lives in the house of names: `job.task.index`. */
export interface InstanceRef {
  readonly job: string
  readonly task: string
  readonly index: number
}

/** `web.api.0`: what people type and read. Joined, it is one piece, as maps want it and as takes less room. */
export const instanceId = ({ job, task, index }: InstanceRef): string => [job, task, index].join('.')

/** Reads `job.task.index`; refuses anything else, saying what was expected. */
export const parseInstanceId = (text: string): E.Either<OrkError, InstanceRef> => {
  const [job, task, index, ...rest] = text.split('.')
  const valid =
    job !== undefined &&
    task !== undefined &&
    index !== undefined &&
    rest.length === 0 &&
    isName(job) &&
    isName(task) &&
    /^(0|[1-9]\d{0,6})$/.test(index)
  if (!valid) {
    return E.left(
      orkError('BadInstanceId', `"${text}" is not an instance`, {
        next: 'an instance is written job.task.index, e.g. web.api.0; `ork tasks` lists them',
      }),
    )
  }
  return E.right({ job, task, index: Number(index) })
}
