import { apiSubject, type StatusReply } from '#libs/api'
import type { Connection } from '#libs/log'
import type { Status } from '../render/status'

/** How long services have to answer; all that are alive answer in a fraction of it. */
const ANSWER_MS = 600

/** Asks every service how it is, and the server how the log is kept. */
export const askStatus = async (connection: Connection): Promise<Status> => {
  const [services, log] = await Promise.all([askServices(connection), connection.log.info()])
  return { services, log }
}

/** The managers and schedulers that are alive. */
export const askServices = async ({ bus, prefix }: Connection): Promise<readonly StatusReply[]> =>
  (await bus.requestAll(apiSubject(prefix, 'status'), {}, ANSWER_MS)) as readonly StatusReply[]
