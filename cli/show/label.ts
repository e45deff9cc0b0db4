import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { escapeText, toJson } from '../render/escape'
import type { Show } from './events'
import { whoAmI } from './submit'

export interface LabelOptions extends Pick<Show, 'json' | 'out'> {
  readonly reason: string | null
}

/** Gives a worker labels, or takes some away (null), and shows those that it has then. Throws OrkFailure. */
export const setLabels = async (
  connection: Connection,
  worker: string,
  labels: Readonly<Record<string, string | null>>,
  { json, reason, out }: LabelOptions,
): Promise<void> => {
  const reply = await call(connection, 'label', { worker, labels, reason, actor: whoAmI() })
  const all = Object.entries(reply.labels).map(([key, text]) => `${key}=${text}`)
  if (json) await out.write(`${toJson(reply)}\n`)
  else await out.write(`${escapeText(worker)} has ${all.length === 0 ? 'no labels' : escapeText(all.join(', '))}\n`)
}
