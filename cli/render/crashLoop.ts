import type { InstanceSummary, JobDetail } from '#libs/cluster'

/** So many restarts in a row, none of which ran for long enough, are no accident. */
const LOOP = 3

/** Whether an instance ends again and again: where it is, or wherever it is placed. */
const isCrashLooping = (
  { state, restarts, reschedules, startedAt }: Instance,
  resetAfterMs: number,
  now: number,
): boolean => {
  if (restarts < LOOP && reschedules === 0) return false
  if (state === 'completed' || state === 'stopped' || state === 'stopping') return false
  return startedAt === null || state !== 'running' || now - Date.parse(startedAt) < resetAfterMs
}

type Instance = Pick<InstanceSummary, 'state' | 'restarts' | 'reschedules' | 'startedAt'>

/** The instances of a job that end again and again, as one value of its head; null: none does. */
export const crashLoopsOf = (job: JobDetail, instances: readonly InstanceSummary[], now: number): string | null => {
  const resetAfter = new Map(job.spec.tasks.map(({ name, restart }) => [name, restart.resetAfterMs]))
  const looping = instances.filter((one) => isCrashLooping(one, resetAfter.get(one.task) ?? 0, now))
  const [first] = looping
  if (first === undefined) return null
  const rest = looping.length === 1 ? '' : `, and ${looping.length - 1} more`
  return `${first.id} ${triesOf(first)}${first.reason === null ? '' : `: ${first.reason}`}${rest}`
}

/** `restarted 5x in a row`, `failed on w1, w2 and was placed anew 2x`. */
const triesOf = ({ restarts, reschedules, avoids }: InstanceSummary): string => {
  const inPlace = restarts === 0 ? [] : [`restarted ${restarts}x in a row`]
  const elsewhere = reschedules === 0 ? [] : [`placed anew ${reschedules}x after it failed on ${avoids.join(', ')}`]
  return [...inPlace, ...elsewhere].join(', ')
}
