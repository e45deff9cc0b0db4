import { setTimeout as pause } from 'node:timers/promises'
import type { Connection, StreamState } from '#libs/log'
import { Interrupted } from '../failure'
import { type Output, stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import { copiesText, isKeptOn } from '../render/streams'

const LOOK_EVERY_MS = 250

/** Has the log kept on so many servers, and shows how the copies come up. Throws OrkFailure, and Interrupted at Ctrl-C. */
export const resizeLog = async (
  { log }: Connection,
  replicas: number,
  { json, out, signal }: { readonly json: boolean; readonly out: Output; readonly signal: AbortSignal },
): Promise<void> => {
  await log.resize(replicas)
  const said = new Map<string, string>()
  const tell = async (streams: readonly StreamState[]): Promise<void> => {
    for (const stream of streams) {
      const text = `${stream.name}: ${copiesText(stream)}`
      if (said.get(stream.name) !== text && !json) await out.write(`${escapeText(text)}\n`)
      said.set(stream.name, text)
    }
  }
  while (!signal.aborted) {
    const streams = await log.streams()
    await tell(streams)
    if (streams.every((stream) => isKeptOn(stream, replicas))) {
      const done = `the log is kept on ${replicas} ${replicas === 1 ? 'server' : 'servers'}, all up to date`
      return out.write(json ? `${toJson({ replicas, streams })}\n` : `${done}\n`)
    }
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
  if (!json) await stderr.write('no longer watching; the servers go on: `ork doctor` shows how far they are\n')
  throw new Interrupted()
}
