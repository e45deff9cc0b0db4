import * as E from 'fp-ts/Either'
import type { ExplainReply } from '#libs/api'
import type { InstanceSummary } from '#libs/cluster'
import { type OrkError, OrkFailure } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from './call'
import { isTurnedDown, withReasons } from './rejections'

/** Instances of one task ask for the same, so one of them speaks for all; more tasks than this are left out. */
const MAX_EXPLAINED = 5

type Asked = Pick<InstanceSummary, 'id' | 'job' | 'task' | 'state'>

/** Why the pending of some instances are pending, by the first of each task; without those placed meanwhile. */
export const askScheduler = async (
  connection: Connection,
  instances: readonly Asked[],
): Promise<E.Either<OrkError, readonly ExplainReply[]>> => {
  const firsts = new Map<string, string>()
  for (const { id, job, task, state } of instances) {
    if (state === 'pending' && !firsts.has(`${job}.${task}`)) firsts.set(`${job}.${task}`, id)
  }
  const replies: ExplainReply[] = []
  for (const id of [...firsts.values()].slice(0, MAX_EXPLAINED)) {
    try {
      const reply = await call(connection, 'explain', { id })
      if (reply.pending) replies.push(isTurnedDown(reply) ? await explained(connection, reply) : reply)
    } catch (cause) {
      if (cause instanceof OrkFailure) return E.left(cause.error)
      throw cause
    }
  }
  return E.right(replies)
}

const explained = async (connection: Connection, reply: ExplainReply): Promise<ExplainReply> => {
  const { events } = await call(connection, 'task', { id: reply.id })
  return withReasons(reply, await Promise.all(events.map((seq) => connection.log.at(seq))))
}

/** The same where the reasons are only an addition: none when no scheduler answers. */
export const explainPending = async (
  connection: Connection,
  instances: readonly Asked[],
): Promise<readonly ExplainReply[]> => {
  const answer = await askScheduler(connection, instances)
  return E.isRight(answer) ? answer.right : []
}
