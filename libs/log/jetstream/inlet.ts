import type { Msg, NatsConnection } from 'nats'
import { Frames, type Take } from './frames'
import { asBuffer } from './wire'

/** The client's parser of what the server sends. `state` is 0 between two messages. */
interface Parser {
  readonly state: number
  parse(bytes: Uint8Array): void
}

/** What the client reads with. Its types do not show it, so its version is pinned (docs/adr/0007-what-a-fold-costs.md). */
interface RawClient {
  readonly protocol: { parser: Parser }
}

/**
 * Takes the messages of some subscriptions from what the server sends, before the client's parser, which looks at every
 * byte and makes some objects for each message: that costs more than all that a fold does with it.
 */
export class Inlet {
  private readonly takers = new Map<number, Take>()

  constructor(private readonly nc: NatsConnection) {
    const { protocol } = nc as NatsConnection & RawClient
    let parser = this.before(protocol.parser)
    // The client makes a new one for each connection.
    Object.defineProperty(protocol, 'parser', {
      get: () => parser,
      set: (fresh: Parser) => {
        parser = this.before(fresh)
      },
    })
  }

  /** Messages go to `take`; those that it leaves come as the client makes them. */
  subscribe(subject: string, take: Take, onRest: (message: Msg) => void): { stop(): void } {
    const subscription = this.nc.subscribe(subject, {
      callback: (error, message) => (error === null ? onRest(message) : undefined), // refused: there is no message
    })
    const sid = subscription.getID()
    this.takers.set(sid, take)
    return {
      stop: () => {
        this.takers.delete(sid)
        if (!this.nc.isClosed()) subscription.unsubscribe()
      },
    }
  }

  private before(parser: Parser): Parser {
    const frames = new Frames(this.takers, (bytes) => parser.parse(bytes))
    return {
      get state() {
        return parser.state
      },
      parse: (bytes) => (parser.state === 0 ? frames.push(asBuffer(bytes)) : parser.parse(bytes)),
    }
  }
}
