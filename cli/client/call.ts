import * as E from 'fp-ts/Either'
import { apiSubject, type Parts, type Replies, type RequestOf, type Verb } from '#libs/api'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { BusError, Connection } from '#libs/log'

const TIMEOUT_MS = 10_000
/**
 * A question that nobody has begun to answer by then is asked once more: who took it may have died, and there are others. A
 * command is not, as one that merely hung would carry it out later, when its user may wish for something else.
 */
const FIRST_MS = 2_500

/** Verbs that change something, all answered with one value. */
const COMMANDS = [
  'submit',
  'stop',
  'skip',
  'pause',
  'resume',
  'promote',
  'restart',
  'revert',
  'run',
  'scale',
  'forget',
  'cordon',
  'uncordon',
  'label',
  'drain',
  'rebalance',
  'set-policy',
] as const satisfies readonly Verb[]
const changes: ReadonlySet<Verb> = new Set(COMMANDS)
/** Those that do something again when they are repeated; the others find it done. */
const notIdempotent: ReadonlySet<Verb> = new Set(['run', 'restart', 'revert'])
/** Verbs that are answered with one value, and those answered in parts that hold a list. */
type SingleVerb = (typeof COMMANDS)[number] | 'job' | 'task' | 'worker' | 'explain'
type ListVerb = { [V in Verb]: Replies[V] extends Parts<unknown> ? V : never }[Verb]

/** Asks the manager (for `explain` the scheduler) for one thing. Throws OrkFailure with the service's own words. */
export const call = async <V extends SingleVerb>(
  connection: Connection,
  verb: V,
  request: RequestOf<V>,
): Promise<Replies[V]> => {
  const ask = (ms: number) => connection.bus.request(apiSubject(connection.prefix, verb), request, ms)
  const first = await ask(changes.has(verb) ? TIMEOUT_MS : FIRST_MS)
  const again = E.isLeft(first) && first.left.tag === 'TimedOut' && !changes.has(verb)
  const answer = again ? await ask(TIMEOUT_MS) : first
  if (E.isLeft(answer)) throw new OrkFailure(explained(verb, answer.left))
  return answer.right as Replies[V]
}

/** A list, and the sequence as of which it is. */
interface Listed<V extends ListVerb> {
  readonly seq: number
  readonly items: Replies[V]['items']
}

/** Asks for a list, which comes in parts so that its length has no bound. Throws OrkFailure as `call` does. */
export const list = async <V extends ListVerb>(
  connection: Connection,
  verb: V,
  request: RequestOf<V>,
  timeoutMs = TIMEOUT_MS,
): Promise<Listed<V>> =>
  (await listOnce(connection, verb, request, Math.min(FIRST_MS, timeoutMs), timeoutMs)) ??
  (await listOnce(connection, verb, request, timeoutMs, timeoutMs)) ??
  lateList(verb)

const lateList = (verb: ListVerb): never => {
  throw new OrkFailure(explained(verb, orkError('TimedOut', 'no answer came in time')))
}

/** Null where nothing of it has come within `firstMs`. */
const listOnce = async <V extends ListVerb>(
  connection: Connection,
  verb: V,
  request: RequestOf<V>,
  firstMs: number,
  timeoutMs: number,
): Promise<Listed<V> | null> => {
  const items: unknown[] = []
  let seq: number | null = null
  const subject = apiSubject(connection.prefix, verb)
  const late = new AbortController()
  const silent = setTimeout(() => (seq === null ? late.abort() : undefined), firstMs)
  const endless = setTimeout(() => late.abort(), timeoutMs)
  const parts = connection.bus.requestStream(subject, request, late.signal)
  try {
    for await (const part of parts as AsyncIterable<Replies[V]>) {
      items.push(...part.items)
      seq = part.seq
    }
  } catch (cause) {
    throw cause instanceof OrkFailure ? new OrkFailure(explained(verb, cause.error)) : cause
  } finally {
    clearTimeout(silent)
    clearTimeout(endless)
  }
  if (!late.signal.aborted) return { seq: seq ?? 0, items: items as unknown as Replies[V]['items'] }
  return seq === null ? null : lateList(verb)
}

/** The bus knows what happened on the wire; what that means for a user depends on who should have answered. */
export const explained = (verb: Verb, error: OrkError): OrkError => {
  const role = verb === 'explain' || verb === 'set-policy' ? 'scheduler' : verb === 'logs' ? 'worker' : 'manager'
  switch (error.tag) {
    case 'NoResponders':
      return {
        tag: error.tag,
        what: `no ${role} is there to answer`,
        next: `start one with \`ork ${role}\`, or a whole cluster with \`ork dev\`; \`ork status\` shows who is there`,
      }
    case 'TimedOut':
      return {
        tag: error.tag,
        what: `the ${role} did not answer in time`,
        next: afterTimeout(verb),
      }
    default:
      return (error as BusError).refusal ?? error
  }
}

const afterTimeout = (verb: Verb): string => {
  if (!changes.has(verb)) return 'look with `ork status`, then try again'
  const unknown = 'whether it was done is not known'
  return notIdempotent.has(verb)
    ? `${unknown}, and to repeat the command may do it twice: look with \`ork events --job JOB\` first`
    : `${unknown}: look with \`ork jobs\`; to repeat the command is safe`
}
