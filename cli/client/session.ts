import { randomUUID } from 'node:crypto'
import { INPUT_WINDOW, type Input, inputSubject, type RequestOf, SESSION_CHUNK, type SessionPart } from '#libs/api'
import type { Connection } from '#libs/log'
import { askWorker } from './ask'

type SessionVerb = 'exec' | 'copy-in'
type SessionRequest<V extends SessionVerb> = Omit<RequestOf<V>, 'session'>

/** A session with something in a container on a worker, from the side of the one who asked for it. */
export class Session<V extends SessionVerb> {
  readonly id = randomUUID()
  private sent = 0
  private taken = 0
  private isOver = false
  private wake = (): void => {}

  constructor(
    private readonly connection: Connection,
    private readonly worker: string,
    private readonly verb: V,
    private readonly request: SessionRequest<V>,
    private readonly signal: AbortSignal,
  ) {}

  /** What comes back, `onReady` told once input is taken. Throws OrkFailure; ends once the signal aborts. */
  async *parts(onReady: (isFolder: boolean) => void): AsyncGenerator<Exclude<SessionPart, { tag: 'Ready' | 'Taken' }>> {
    const request = { ...this.request, session: this.id } as unknown as RequestOf<V>
    try {
      for await (const part of askWorker<SessionPart, V>(
        this.connection,
        this.worker,
        this.verb,
        request,
        this.signal,
      )) {
        if (part.tag === 'Ready') onReady(part.isFolder === true)
        else if (part.tag === 'Taken') this.onTaken(part.count)
        else yield part
      }
    } finally {
      this.isOver = true
      this.wake()
    }
  }

  /** Resolves when there is room for more; false once nobody takes anything any more. */
  async data(bytes: Buffer): Promise<boolean> {
    for (let at = 0; at < bytes.length; at += SESSION_CHUNK) {
      await this.send({ tag: 'Data', data: bytes.toString('base64', at, at + SESSION_CHUNK) })
    }
    return !this.isOver
  }

  /** One message at a time: whoever sends waits for the one before. */
  async send(input: Input['input']): Promise<void> {
    while (this.sent - this.taken >= INPUT_WINDOW && !this.isOver) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    if (this.isOver) return
    const { connection, worker, id } = this
    connection.bus.publish(inputSubject(connection.prefix, worker), { session: id, seq: this.sent, input })
    this.sent += 1
  }

  private onTaken(count: number): void {
    this.taken = Math.max(this.taken, count)
    this.wake()
  }
}
