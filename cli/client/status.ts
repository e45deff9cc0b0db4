import { apiSubject, type StatusReply } from '#libs/api'
import type { Connection } from '#libs/log'

/** How long services have to answer, in milliseconds; all that are alive answer in a fraction of it. */
export const ANSWER_MS = 600

/** Before it is said of a role that nobody is there, it is asked once more, with more patience. */
const PATIENT_MS = 2_000

/** The managers and schedulers that are alive. */
export const askServices = async ({ bus, prefix }: Connection): Promise<readonly StatusReply[]> => {
  const ask = async (ms: number): Promise<readonly StatusReply[]> =>
    (await bus.requestAll(apiSubject(prefix, 'status'), {}, ms)) as readonly StatusReply[]
  const services = await ask(ANSWER_MS)
  const isThere = (role: string): boolean => services.some(({ service }) => service.startsWith(`${role}/`))
  return isThere('manager') && isThere('scheduler') ? services : ask(PATIENT_MS)
}
