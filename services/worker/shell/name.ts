import * as E from 'fp-ts/Either'
import { apiSubject, endpoint, type WhoReply } from '#libs/api'
import type { OrkEvent } from '#libs/events'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import { type Machine, pause } from '#libs/runtime'
import type { WorkerOptions } from './options'

/** How long whoever bears the name has to answer. */
const ANSWER_MS = 1_000
/** One that is just ending is waited for. */
const PATIENCE_MS = 2_000
const ASK_EVERY_MS = 250
/** How long after a full log is asked again. */
const AGAIN_MS = 1_000

/** Answers who bears the name, so that no second one takes it. */
export const whoEndpoint = ({ prefix }: Connection, name: string, self: WhoReply): Endpoint =>
  endpoint({ prefix, verb: 'who', target: name }, async () => E.right(self))

/**
 * Resolves when nobody answers to a worker's name; rejects with an `OrkFailure` (`NameTaken`) if somebody goes on to.
 * One that hangs or is cut off does not answer: when it is back it finds in the log that it was succeeded.
 */
export const whenNameIsFree = async (
  { bus, prefix }: Connection,
  name: string,
  machine: Machine,
  patienceMs: number = PATIENCE_MS,
): Promise<void> => {
  const deadline = machine.now().mono + patienceMs
  for (;;) {
    const answer = await bus.request(apiSubject(prefix, 'who', name), {}, ANSWER_MS)
    if (E.isLeft(answer)) return
    if (machine.now().mono >= deadline) throw new OrkFailure(nameTaken(name, answer.right as Partial<WhoReply> | null))
    await pause(machine, ASK_EVERY_MS)
  }
}

/** Told when the name was taken, with when that was sent; and asked whether it is still wanted. */
interface Taking {
  readonly taken: (sentAt: number) => void
  readonly isOver: () => boolean
}

/**
 * Takes the name, by a registration. A log that has no room for it holds up nobody: this resolves then, and the name is
 * taken as soon as there is room.
 */
export const takeName = async (
  event: OrkEvent,
  options: Pick<WorkerOptions, 'connection' | 'logger'>,
  machine: Machine,
  taking: Taking,
): Promise<void> => {
  if (taking.isOver()) return
  const sentAt = machine.now().mono
  const [result] = await options.connection.log.append([{ event }])
  if (result?.tag !== 'Refused') return taking.taken(sentAt)
  options.logger.error({ error: result.error }, 'the log does not take the registration, trying again')
  // Without a connection it is the next start that tries.
  machine.after(AGAIN_MS, () => void takeName(event, options, machine, taking).catch(() => undefined))
}

const nameTaken = (name: string, by: Partial<WhoReply> | null): OrkError =>
  orkError('NameTaken', `a worker named ${name} runs already, on ${by?.host} as process ${by?.pid}`, {
    next: 'end that one first, or give this one another name with `--name`',
  })

/** Said by the one that another has succeeded. */
export const nameLost = (name: string, host: string): OrkError =>
  orkError('NameLost', `another process, on ${host}, has become worker ${name} while this one was not heard of`, {
    next: 'this one ends, so that nothing is done twice; what it ran is left to the other if that is on the same engine',
  })
