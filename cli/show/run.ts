import { formatDuration, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import { count } from '../render/sentence'
import type { Show } from './events'
import { followJob } from './followJob'
import { whoAmI } from './submit'
import { judgeRun } from './verdict'

export interface RunOptions extends Show {
  /** Return as soon as it has begun. */
  readonly detach: boolean
  readonly params: Readonly<Record<string, string>>
  readonly reason: string | null
}

/** Begins a run of a cron job and shows how it goes. Throws OrkFailure where it fails, and Interrupted at Ctrl-C. */
export const runJob = async (connection: Connection, job: string, options: RunOptions): Promise<void> => {
  const { json, out, signal, detach, params, reason } = options
  const begun = performance.now()
  const reply = await call(connection, 'run', { job, params, reason, actor: whoAmI() })
  const name = escapeText(job)
  const run = escapeText(reply.run)
  const tell = async (text: string, result: string | null): Promise<void> =>
    out.write(`${json ? toJson({ ...reply, result }) : text}\n`)
  if (detach) return tell(`${name}: run ${run} begins, sequence ${reply.seq}`, null)
  if (!json) await out.write(`${name}: run ${run} begins, sequence ${reply.seq}\n`)
  const { history } = await call(connection, 'job', { job })
  const { verdict } = await followJob({
    connection,
    job,
    from: history[0]?.seq ?? reply.seq,
    shownFrom: reply.seq,
    judge: (view) => judgeRun(view, reply.run),
    signal,
    ...(json ? {} : { out }),
  })
  const next = `\`ork logs ${job}\` shows what it wrote, \`ork job ${job}\` how it stands`
  switch (verdict.tag) {
    case 'Completed':
      return tell(
        out.colours.green(`${name}: run ${run} has completed (${formatDuration(performance.now() - begun)})`),
        'completed',
      )
    case 'Failed': {
      const who = verdict.failed.length === 0 ? '' : `: ${count(verdict.failed.length, 'instance')} did not succeed`
      throw new OrkFailure(orkError('RunFailed', `${job}: run ${reply.run} has failed${who}`, { next }))
    }
    case 'Overtaken':
      throw new OrkFailure(orkError('Overtaken', `${job}: run ${reply.run}: ${verdict.by}`, { next }))
    default:
      if (!json) await stderr.write(`no longer watching; the run goes on: \`ork job ${name}\` shows how it stands\n`)
      throw new Interrupted()
  }
}
