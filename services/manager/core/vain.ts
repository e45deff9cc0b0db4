import { hasEnded, type Job, underWay, waitsInVainFor } from '#libs/cluster'

/** Why all that is left of a job waits for what will not come; null: something else goes on. */
export const inVain = (job: Job): string | null => {
  let why: string | null = null
  for (const task of job.tasks.values()) {
    if (hasEnded(task)) continue
    const cause = underWay(task) + task.retiring > 0 ? null : waitsInVainFor(task)
    if (cause === null) return null
    why ??= `${task.name} waits for ${cause.name}, which has failed`
  }
  return why
}
