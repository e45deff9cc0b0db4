import { createInbox, type Msg } from 'nats'
import type { Frame } from './frames'
import type { Inlet } from './inlet'
import { type Ack, readAck } from './wire'

const NO_RESPONDERS: Ack = { tag: 'Error', code: 503, errCode: 10008, text: 'no responders' }

/** Where the answers to publishes come to: each has a token of its own, so that an answer is never told of another one. */
export class Answers {
  private readonly inbox = createInbox()
  private readonly subscription: { stop(): void }

  constructor(
    inlet: Inlet,
    private readonly onAnswer: (token: number, ack: Ack) => void,
  ) {
    this.subscription = inlet.subscribe(
      `${this.inbox}.*`,
      (frame) => this.onFrame(frame),
      (message) => this.onEmpty(message),
    )
  }

  /** The subject for the answer to a publish. */
  to(token: number): string {
    return `${this.inbox}.${token}`
  }

  stop(): void {
    this.subscription.stop()
  }

  private onFrame(frame: Frame): boolean {
    if (frame.start === frame.end) return false
    this.onAnswer(frame.subjectNumber(this.inbox.length + 1), readAck(frame.bytes, frame.start, frame.end))
    return true
  }

  /** No data: go on with the batch; or, with 503 in a header, that nobody answers for the stream at the moment. */
  private onEmpty({ subject, headers }: Msg): void {
    this.onAnswer(
      Number(subject.slice(this.inbox.length + 1)),
      headers?.code === 503 ? NO_RESPONDERS : { tag: 'Empty' },
    )
  }
}
