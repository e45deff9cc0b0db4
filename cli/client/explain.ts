import type { ExplainReply } from '#libs/api'
import type { InstanceSummary } from '#libs/cluster'
import { OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from './call'

/** Instances of one task ask for the same, so one of them speaks for all; more tasks than this are left out. */
const MAX_EXPLAINED = 5

/** Why the pending of some instances are pending, by the first of each task. Empty where no scheduler answers. */
export const explainPending = async (
  connection: Connection,
  instances: readonly Pick<InstanceSummary, 'id' | 'job' | 'task' | 'state'>[],
): Promise<readonly ExplainReply[]> => {
  const firsts = new Map<string, string>()
  for (const { id, job, task, state } of instances) {
    if (state === 'pending' && !firsts.has(`${job}.${task}`)) firsts.set(`${job}.${task}`, id)
  }
  const replies: ExplainReply[] = []
  for (const id of [...firsts.values()].slice(0, MAX_EXPLAINED)) {
    try {
      const reply = await call(connection, 'explain', { id })
      if (reply.pending) replies.push(reply) // else it was placed meanwhile
    } catch (cause) {
      if (cause instanceof OrkFailure) break // what is known is worth showing without the reasons
      throw cause
    }
  }
  return replies
}
