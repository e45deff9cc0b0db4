import * as E from 'fp-ts/Either'
import { EVENT_TYPES, isEventType, type SubjectQuery } from '#libs/events'
import { isName, type OrkError, orkError } from '#libs/kernel'
import { nearest } from '#libs/spec'

/** What the filter flags of `ork events` say, as they were typed. */
export interface FilterFlags {
  readonly job?: string | undefined
  readonly task?: string | undefined
  readonly worker?: string | undefined
  readonly type?: readonly string[] | undefined
}

/** The queries the flags stand for (several for several types); undefined when everything is asked for. */
export const queriesOf = (flags: FilterFlags): E.Either<OrkError, readonly SubjectQuery[] | undefined> => {
  const task = flags.task === undefined ? {} : taskQuery(flags.task)
  if (task === undefined) {
    return refuse('--task', flags.task, 'give a task (api), a task of a job (web.api) or an instance (web.api.0)')
  }
  for (const flag of ['job', 'worker'] as const) {
    const value = flags[flag]
    if (value !== undefined && !isName(value)) return refuse(`--${flag}`, value, `give the name of a ${flag}`)
  }
  if (flags.job !== undefined && task.job !== undefined && flags.job !== task.job) {
    return refuse('--task', flags.task, `it is not of the job ${flags.job}`)
  }
  for (const type of flags.type ?? []) {
    if (!isEventType(type)) return refuse('--type', type, hintForType(type))
  }
  const base: SubjectQuery = {
    ...task,
    ...(flags.job === undefined ? {} : { job: flags.job }),
    ...(flags.worker === undefined ? {} : { worker: flags.worker }),
  }
  if (flags.type !== undefined && flags.type.length > 0) return E.right(flags.type.map((type) => ({ ...base, type })))
  return E.right(Object.keys(base).length === 0 ? undefined : [base])
}

const taskQuery = (text: string): SubjectQuery | undefined => {
  const parts = text.split('.')
  const [first = '', second, index] = parts
  if (parts.length > 3 || !isName(first) || (second !== undefined && !isName(second))) return undefined
  if (second === undefined) return { task: first }
  if (index === undefined) return { job: first, task: second }
  return /^(0|[1-9]\d{0,6})$/.test(index) ? { job: first, task: second, index: Number(index) } : undefined
}

const hintForType = (type: string): string => {
  const near = nearest(type, EVENT_TYPES)
  return near === undefined ? `the types are ${EVENT_TYPES.join(', ')}` : `did you mean ${near}?`
}

const refuse = (where: string, found: string | undefined, next: string): E.Either<OrkError, never> =>
  E.left(orkError('BadFilter', `"${found}" is not known here`, { where, next }))
