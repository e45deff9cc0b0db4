import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { toJson } from '../render/escape'
import { renderWorker } from '../render/worker'
import type { Show } from './events'

/** Writes what there is to know of one worker. Throws OrkFailure. */
export const showWorker = async (
  connection: Connection,
  worker: string,
  { json, out }: Omit<Show, 'signal'>,
): Promise<void> => {
  const reply = await call(connection, 'worker', { worker })
  const look = { now: Date.now(), colours: out.colours }
  await out.write(`${json ? toJson(reply) : renderWorker(reply, look)}\n`)
}
