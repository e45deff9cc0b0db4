import { setTimeout as pause } from 'node:timers/promises'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { call } from '../client/call'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { escapeText, toJson } from '../render/escape'
import { count } from '../render/sentence'
import type { Show } from './events'
import { whoAmI } from './submit'

export interface IntakeOptions extends Show {
  readonly reason: string | null
  /** For a drain: after so long what is left is stopped; null: never. */
  readonly deadlineMs: number | null
  /** Show how a drain goes on until the worker is empty. */
  readonly wait: boolean
}

const SAYS = {
  cordon: ['is cordoned: nothing new is placed on it', 'takes nothing new already'],
  uncordon: ['takes instances again', 'takes instances already'],
  drain: ['is drained: what it has moves away', 'is drained already'],
} as const

/** Cordons, uncordons or drains a worker. Throws OrkFailure, and Interrupted at Ctrl-C; a drain goes on. */
export const setIntake = async (
  connection: Connection,
  verb: keyof typeof SAYS,
  worker: string,
  { json, out, signal, reason, deadlineMs, wait }: IntakeOptions,
): Promise<void> => {
  const reply = await call(connection, verb, { worker, deadlineMs, reason, actor: whoAmI() })
  const [done, unchanged] = SAYS[verb]
  if (!json) await out.write(`${escapeText(worker)} ${reply.outcome === 'done' ? done : unchanged}\n`)
  const left = wait
    ? await untilDrained(connection, worker, (text) => (json ? undefined : out.write(text)), signal)
    : null
  if (json) await out.write(`${toJson({ ...reply, left })}\n`)
}

const LOOK_EVERY_MS = 500
/** Left for so long, it is said what they may be waiting for. */
const SLOW_LOOKS = 20

/** Says how many are left, whenever that changes, until none is; returns that. */
const untilDrained = async (
  connection: Connection,
  worker: string,
  say: (text: string) => Promise<void> | undefined,
  signal: AbortSignal,
): Promise<number> => {
  for (let [before, looks] = [-1, 0]; ; looks += 1) {
    const { running, intake } = await call(connection, 'worker', { worker })
    const left = running.length
    if (left !== before) await say(left === 0 ? '' : `  ${count(left, 'instance')} left: ${named(running)}\n`)
    if (left !== before) looks = 0
    if (looks === SLOW_LOOKS) await say(WAITING)
    before = left
    if (intake === 'drained') {
      await say(`${escapeText(worker)} is empty\n`)
      return 0
    }
    if (intake !== 'draining') {
      const next = `\`ork worker ${worker}\` shows how it stands`
      throw new OrkFailure(orkError('Overtaken', `the drain of ${worker} was called off`, { next }))
    }
    await pause(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined)
    if (!signal.aborted) continue
    await stderr.write(`no longer watching; the drain goes on: \`ork worker ${worker}\` shows how it stands\n`)
    throw new Interrupted()
  }
}

const WAITING =
  '  what is up and stops before it moves stays until another worker suits it and has room; batch work until it ends;\n' +
  '  `ork drain --deadline` stops what is left by then, `ork uncordon` calls the drain off\n'

const SHOWN = 5

const named = (running: readonly { readonly id: string }[]): string => {
  const ids = running.slice(0, SHOWN).map(({ id }) => escapeText(id))
  return `${ids.join(', ')}${running.length > SHOWN ? ', …' : ''}`
}
