import type { ChangeReply } from '#libs/api'
import type { Connection } from '#libs/log'
import { call } from '../client/call'
import type { Output } from '../output'
import { escapeText, toJson } from '../render/escape'
import { followVersion, type SubmitOptions, whoAmI } from './submit'

export interface ChangeOptions {
  readonly json: boolean
  readonly out: Output
  readonly reason: string | null
}

const SAYS = {
  pause: ['is paused: what was begun comes to its end', 'was paused already'],
  resume: ['goes on', 'was not paused'],
  promote: ['is promoted: the other instances follow', 'was promoted already'],
} as const

/** Pauses, resumes or promotes the update of a job. Throws OrkFailure when there is none under way. */
export const steerUpdate = async (
  connection: Connection,
  verb: keyof typeof SAYS,
  job: string,
  { json, out, reason }: ChangeOptions,
): Promise<void> => {
  const reply = await call(connection, verb, { job, reason, actor: whoAmI() })
  const isPaused = verb === 'promote' && !json && (await call(connection, 'job', { job })).update?.state === 'paused'
  await tell(out, json, reply, steered(verb, reply, isPaused))
}

/** What has come of it, in a sentence. */
export const steered = (verb: keyof typeof SAYS, { job, version, outcome }: ChangeReply, isPaused: boolean): string => {
  const name = escapeText(job)
  const [done, unchanged] = SAYS[verb]
  const promoted = isPaused && outcome === 'done' ? 'is promoted' : unchanged
  const paused = `${promoted}, and is paused: \`ork resume ${name}\` has the other instances follow`
  const said = outcome === 'done' ? done : unchanged
  return `${name}: the update to version ${version} ${verb === 'promote' && isPaused ? paused : said}`
}

/** Goes back to an earlier version, the last good one when `to` is null, and follows it as a submit. */
export const revertJob = async (
  connection: Connection,
  job: string,
  to: number | null,
  options: SubmitOptions & ChangeOptions,
): Promise<void> => {
  const begun = performance.now()
  const { to: back, ...reply } = await call(connection, 'revert', { job, to, reason: options.reason, actor: whoAmI() })
  const unchanged = reply.outcome === 'unchanged'
  const said = unchanged ? `is what version ${back} was already` : `version ${reply.version} is version ${back} again`
  if (!options.json) await options.out.write(`${escapeText(job)} ${said}, sequence ${reply.seq}\n`)
  await followVersion(connection, { ...reply, outcome: unchanged ? 'unchanged' : 'submitted' }, options, begun)
}

/** Has the containers of a job, a task or an instance replaced, and follows it as a submit. */
export const restartJob = async (
  connection: Connection,
  what: { readonly job: string; readonly task: string | null; readonly index: number | null },
  options: SubmitOptions & ChangeOptions,
): Promise<void> => {
  const begun = performance.now()
  const reply = await call(connection, 'restart', { ...what, reason: options.reason, actor: whoAmI() })
  const name = escapeText([what.job, what.task, what.index].filter((part) => part !== null).join('.'))
  if (!options.json) await options.out.write(`${name} restarts, sequence ${reply.seq}\n`)
  await followVersion(connection, { ...reply, outcome: 'submitted' }, options, begun, false)
}

/** Changes how many instances of a task are wanted, and follows it as a submit. */
export const scaleTask = async (
  connection: Connection,
  job: string,
  task: string,
  replicas: number,
  options: SubmitOptions & ChangeOptions,
): Promise<void> => {
  const begun = performance.now()
  const reply = await call(connection, 'scale', { job, task, replicas, reason: options.reason, actor: whoAmI() })
  const unchanged = reply.outcome === 'unchanged'
  const said = `${escapeText(job)} version ${reply.version} ${unchanged ? 'has' : 'wants'} ${replicas} of ${escapeText(task)}`
  if (!options.json) await options.out.write(`${said}${unchanged ? ' already' : ''}, sequence ${reply.seq}\n`)
  await followVersion(connection, { ...reply, outcome: unchanged ? 'unchanged' : 'submitted' }, options, begun)
}

const tell = async (out: Output, json: boolean, reply: ChangeReply, text: string): Promise<void> =>
  out.write(`${json ? toJson(reply) : text}\n`)
