import type { ExplainReply } from '#libs/api'
import type { Entry } from '#libs/events'

/** Whether workers turned the instance down: why, the log alone knows. */
export const isTurnedDown = ({ workers }: ExplainReply): boolean =>
  workers.some((verdict) => !verdict.fits && verdict.filter === 'rejected')

/** The same, with what each worker that turned the instance down said, as far as the instance's events tell. */
export const withReasons = (reply: ExplainReply, history: readonly (Entry | null)[]): ExplainReply => {
  const reasons = new Map<string, string>()
  for (const entry of history) {
    if (entry?.event.type === 'TaskRejected') reasons.set(entry.event.data.worker, entry.event.data.reason)
  }
  const workers = reply.workers.map((verdict) => {
    const reason = verdict.fits || verdict.filter !== 'rejected' ? undefined : reasons.get(verdict.worker)
    return reason === undefined ? verdict : { ...verdict, detail: reason }
  })
  return { ...reply, workers }
}
