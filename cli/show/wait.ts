import type { Job } from '#libs/cluster'
import { formatDuration, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { Interrupted } from '../failure'
import { escapeText, toJson } from '../render/escape'
import { count } from '../render/sentence'
import type { Show } from './events'
import { followJob } from './followJob'
import { judgeWait, type WaitFor } from './verdict'

export interface WaitOptions extends Show {
  readonly timeoutMs: number | null
}

/** Waits until a job is where it is wanted. Throws OrkFailure where it cannot come to that, and Interrupted at Ctrl-C. */
export const waitForJob = async (
  connection: Connection,
  job: string,
  wanted: WaitFor | null,
  { json, out, signal, timeoutMs }: WaitOptions,
): Promise<void> => {
  const begun = performance.now()
  const { spec, version, seq, history } = await call(connection, 'job', { job })
  const until = wanted ?? (spec.kind === 'batch' ? 'completed' : 'running')
  const late = timeoutMs === null ? [] : [AbortSignal.timeout(timeoutMs)]
  const { verdict, job: now } = await followJob({
    connection,
    job,
    from: history[0]?.seq ?? seq,
    shownFrom: seq + 1,
    judge: (view) => judgeWait(view, version, until),
    signal: AbortSignal.any([signal, ...late]),
  })
  if (signal.aborted) throw new Interrupted()
  const next = `\`ork job ${job}\` shows how it stands`
  switch (verdict.tag) {
    case 'Running':
    case 'Completed':
    case 'Stopped': {
      const waited = Math.round(performance.now() - begun)
      const state = verdict.tag.toLowerCase()
      const words = `${escapeText(job)} ${WORDS[verdict.tag]} (${formatDuration(waited)})`
      return out.write(`${json ? toJson({ job, state, version, waitedMs: waited }) : words}\n`)
    }
    case 'Overtaken':
      throw new OrkFailure(orkError('Overtaken', `${job}: ${verdict.by}`, { next }))
    case 'Failed':
      throw new OrkFailure(orkError('Failed', `${job} has failed${whoFailed(verdict.failed.length)}`, { next }))
    case 'UpdateFailed':
      throw new OrkFailure(orkError('UpdateFailed', `the update of ${job} has failed: ${verdict.reason}`, { next }))
    default:
      throw new OrkFailure(
        orkError('TimedOut', `${job} ${NOT_YET[until]} after ${formatDuration(timeoutMs ?? 0)}; ${standing(now)}`, {
          next,
        }),
      )
  }
}

const WORDS = { Running: 'runs', Completed: 'has completed', Stopped: 'has stopped' } as const
const NOT_YET = { running: 'does not run', completed: 'has not completed', stopped: 'has not stopped' } as const

const whoFailed = (instances: number): string => (instances === 0 ? '' : `: ${count(instances, 'instance')}`)

/** `2 running, 1 pending` */
const standing = (job: Job): string => {
  const counts = new Map<string, number>()
  for (const { instances } of job.tasks.values()) {
    for (const { state } of instances) counts.set(state, (counts.get(state) ?? 0) + 1)
  }
  return [...counts].map(([state, n]) => `${n} ${state}`).join(', ') || 'it has no instances'
}
