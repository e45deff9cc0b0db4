import * as E from 'fp-ts/Either'
import { INPUT_WINDOW, type Input, InputCodec, inputSubject, SESSION_CHUNK } from '#libs/api'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'

/** Sessions at once on one worker. */
const MAX_SESSIONS = 100

/** The input of the sessions on one worker. */
export class Inputs {
  private readonly open = new Map<string, SessionInput>()
  private readonly listening: { stop(): void }

  constructor(connection: Connection, worker: string) {
    this.listening = connection.bus.subscribe(inputSubject(connection.prefix, worker), (payload) => {
      const message = InputCodec.decode(payload)
      if (E.isRight(message)) this.open.get(message.right.session)?.add(message.right)
    })
  }

  /** Begins to take what a session is sent, one message after the other. Throws OrkFailure where there is no more room. */
  begin(session: string, take: (input: Input['input']) => Promise<void>): SessionInput {
    if (this.open.size >= MAX_SESSIONS || this.open.has(session)) {
      const next = 'try again when some have ended'
      throw new OrkFailure(orkError('TooManySessions', `${this.open.size} sessions are open on this worker`, { next }))
    }
    const input = new SessionInput(take, () => this.open.delete(session))
    this.open.set(session, input)
    return input
  }

  stop(): void {
    this.listening.stop()
  }
}

/** The input of one session: a bounded queue, and how much of it was taken. */
export class SessionInput {
  private received = 0
  private taken = 0
  private told = 0
  private last: Promise<void> = Promise.resolve()
  private failure: OrkFailure | null = null
  private wake = (): void => {}

  constructor(
    private readonly take: (input: Input['input']) => Promise<void>,
    readonly end: () => void,
  ) {}

  add({ seq, input }: Input): void {
    if (this.failure !== null) return
    if (seq !== this.received || this.received - this.taken > INPUT_WINDOW) {
      return this.fail(orkError('InputLost', 'some of the input was lost on the way', { next: 'try again' }))
    }
    this.received += 1
    this.last = this.last
      .then(() => this.take(input))
      .catch(() => undefined) // what is gone takes nothing more; its end is told by its output
      .then(() => {
        this.taken += 1
        this.wake()
      })
  }

  /** How many messages were taken, once that is more than was last told. Throws OrkFailure when input was lost. */
  async news(): Promise<number> {
    while (this.taken === this.told && this.failure === null) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    if (this.failure !== null) throw this.failure
    this.told = this.taken
    return this.taken
  }

  private fail(error: OrkFailure['error']): void {
    this.failure = new OrkFailure(error)
    this.wake()
  }
}

/** Data as it goes into messages: in base64, none of it too large. */
export function* chunksOf(data: Uint8Array): Generator<string> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  for (let at = 0; at < bytes.length; at += SESSION_CHUNK) yield bytes.toString('base64', at, at + SESSION_CHUNK)
}
