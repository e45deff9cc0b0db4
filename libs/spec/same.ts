import type { JobSpec, TaskSpec } from './model'
import { isRecord } from './shapes'

/** Whether two canonical jobs mean the same; the order of keys does not count, the order in lists does. */
export const sameSpec = (a: JobSpec, b: JobSpec): boolean => sameValue(a, b)

/** Whether two tasks run the same container, whatever their number, what they wait for, and how they are updated or placed anew. */
export const sameTemplate = (a: TaskSpec, b: TaskSpec): boolean => sameValue(templateOf(a), templateOf(b))

const templateOf = (task: TaskSpec): unknown => {
  const { replicas: _, update: __, reschedule: ___, parallelism: ____, dependsOn: _____, ...template } = task
  return template
}

const sameValue = (a: unknown, b: unknown): boolean => {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((part, index) => sameValue(part, b[index]))
  }
  if (!isRecord(a) || !isRecord(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  )
}
