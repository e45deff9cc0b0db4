import { headers, type NatsConnection } from 'nats'
import { ERROR_CODE_HEADER, ERROR_HEADER, encode, toOrkError } from './busErrors'
import { BEAT, BEAT_MS, type Control, END, SILENT_BEATS, STREAM_HEADER, WINDOW } from './streamProtocol'

/** The answers in many parts that one service is giving. */
export class StreamServer {
  private readonly answers = new Map<string, StreamAnswer>()

  constructor(private readonly nc: NatsConnection) {}

  /** Sends all parts to `reply`, as the reader takes them. */
  async answer(stream: string, reply: string, parts: AsyncIterable<unknown>, abort: AbortController): Promise<void> {
    const answer = new StreamAnswer(this.nc, reply, abort)
    this.answers.set(stream, answer)
    try {
      await answer.run(parts)
    } finally {
      this.answers.delete(stream)
    }
  }

  onControl(control: Control): void {
    this.answers.get(control.stream)?.onControl(control)
  }

  stop(): void {
    for (const answer of this.answers.values()) answer.abort()
  }
}

class StreamAnswer {
  private sent = 0
  private taken = 0
  private silentBeats = 0
  private wake = (): void => {}

  constructor(
    private readonly nc: NatsConnection,
    private readonly reply: string,
    private readonly controller: AbortController,
  ) {}

  async run(parts: AsyncIterable<unknown>): Promise<void> {
    this.sendMark(BEAT)
    const timer = setInterval(() => this.beat(), BEAT_MS)
    try {
      for await (const part of parts) {
        while (this.sent - this.taken >= WINDOW && !this.gone) {
          await new Promise<void>((resolve) => {
            this.wake = resolve
          })
        }
        if (this.gone) return
        this.nc.publish(this.reply, encode(part))
        this.sent += 1
      }
      if (!this.gone) this.sendMark(END)
    } catch (cause) {
      if (!this.gone) this.sendError(cause)
    } finally {
      clearInterval(timer)
    }
  }

  onControl({ taken, stop }: Control): void {
    this.silentBeats = 0
    this.taken = Math.max(this.taken, taken)
    if (stop === true) this.abort()
    this.wake()
  }

  abort(): void {
    this.controller.abort()
    this.wake()
  }

  private get gone(): boolean {
    return this.controller.signal.aborted || this.nc.isDraining() || this.nc.isClosed()
  }

  private beat(): void {
    this.silentBeats += 1
    if (this.silentBeats > SILENT_BEATS || this.gone) this.abort()
    else this.sendMark(BEAT)
  }

  private sendMark(mark: string): void {
    const marked = headers()
    marked.set(STREAM_HEADER, mark)
    this.nc.publish(this.reply, '', { headers: marked })
  }

  private sendError(cause: unknown): void {
    const error = toOrkError(cause)
    const named = headers()
    named.set(ERROR_CODE_HEADER, '500')
    named.set(ERROR_HEADER, error.what.replaceAll(/[\r\n]+/g, ' '))
    this.nc.publish(this.reply, encode(error), { headers: named })
  }
}
