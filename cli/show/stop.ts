import { formatDuration, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import type { Show } from './events'
import { followJob } from './followJob'
import { whoAmI } from './submit'
import { judgeStop } from './verdict'

export interface StopOptions extends Show {
  /** Return as soon as the stop is accepted. */
  readonly detach: boolean
  /** Have it forgotten once it has stopped. */
  readonly purge: boolean
  readonly reason: string | null
  readonly actor?: string
}

/** Stops a job and shows how its instances end. Throws OrkFailure, and Interrupted at Ctrl-C; the stop goes on. */
export const stopJob = async (connection: Connection, job: string, options: StopOptions): Promise<void> => {
  const { json, out, signal, detach, purge, reason } = options
  const begun = performance.now()
  // Once it is purged nobody is there to be asked.
  const before = detach ? null : await call(connection, 'job', { job })
  const reply = await call(connection, 'stop', { job, reason, purge, actor: options.actor ?? whoAmI() })
  const name = escapeText(job)
  const tell = async (text: string, result: string | null): Promise<void> =>
    out.write(`${json ? toJson({ ...reply, result }) : text}\n`)
  if (reply.outcome === 'already-stopped') return tell(`${name} has stopped already`, 'stopped')
  const said = `${name} is ${purge ? 'to be purged' : 'stopping'}, sequence ${reply.seq}`
  if (before === null) return tell(said, null)
  if (!json) await out.write(`${said}\n`)
  const { version, history } = before
  const { verdict } = await followJob({
    connection,
    job,
    from: history[0]?.seq ?? reply.seq,
    shownFrom: reply.seq,
    judge: (view) => judgeStop(view, version, purge),
    signal,
    ...(json ? {} : { out }),
  })
  const end = purge ? 'purged' : 'stopped'
  if (verdict.tag === 'Stopped')
    return tell(`${name} ${purge ? 'is' : 'has'} ${end} (${formatDuration(performance.now() - begun)})`, end)
  if (verdict.tag === 'Overtaken')
    throw new OrkFailure(
      orkError('Overtaken', `${job}: ${verdict.by}`, { next: `\`ork job ${job}\` shows how it stands` }),
    )
  if (!signal.aborted) return
  if (!json) await stderr.write(`no longer watching; the stop goes on: \`ork job ${name}\` shows how it stands\n`)
  throw new Interrupted()
}
