import * as E from 'fp-ts/Either'
import { apiSubject, type StopReply, type SubmitReply } from '#libs/api'
import type { Connection } from '#libs/log'
import type { JobSpec } from '#libs/spec'

/** What a user does, as a test does it. */
export interface TestClient {
  /** Hands a job in; rejects when no manager has acknowledged it in time. */
  submit(spec: JobSpec, timeoutMs?: number): Promise<SubmitReply>
  /** Hands a job in again and again until it is acknowledged, as a user would. */
  submitSurely(spec: JobSpec, withinMs?: number): Promise<SubmitReply>
  stopJob(job: string): Promise<StopReply>
}

export const clientOf = (connection: Connection): TestClient => {
  const ask = async <T>(verb: 'submit' | 'stop', request: unknown, timeoutMs: number): Promise<T> => {
    const answer = await connection.bus.request(apiSubject(connection.prefix, verb), request, timeoutMs)
    if (E.isLeft(answer)) throw new Error(`${verb}: ${answer.left.tag}: ${answer.left.what}`)
    return answer.right as T
  }
  const submit = (spec: JobSpec, timeoutMs = 30_000): Promise<SubmitReply> =>
    ask('submit', { spec, checkVersion: null, reason: null, actor: 'test' }, timeoutMs)
  return {
    submit,
    submitSurely: async (spec: JobSpec, withinMs = 60_000): Promise<SubmitReply> => {
      for (const giveUp = Date.now() + withinMs; ; ) {
        try {
          return await submit(spec, 2_000)
        } catch (cause) {
          if (Date.now() > giveUp) throw cause
          await new Promise((resolve) => setTimeout(resolve, 100))
        }
      }
    },
    stopJob: (job: string): Promise<StopReply> =>
      ask('stop', { job, reason: null, purge: false, actor: 'test' }, 30_000),
  }
}
