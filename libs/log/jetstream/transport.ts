import type { Socket } from 'node:net'
import { NodeTransport } from 'nats/lib/src/node_transport'

let mended = false

/**
 * Has the client end each connection that it leaves for another one; done once for the process. By itself it leaves one
 * open whose server did not say hello in time. When that server wakes up and, minutes later, hangs up on who says
 * nothing, the client takes it for the end of the connection that it has meanwhile, and leaves that one open in its
 * turn, with all its subscriptions: from then on it loses a connection every few minutes, and keeps one too many.
 * An update of the client must look here (docs/adr/0007-what-a-fold-costs.md).
 */
export const endLeftConnections = (): void => {
  if (mended) return
  mended = true
  NodeTransport.prototype.discard = function (this: NodeTransport): void {
    let { socket } = this as { socket?: Socket }
    this.done = true // it tells nothing any more, of its own end neither
    socket?.destroy()
    // What it is only about to reach is ended once it is there.
    Object.defineProperty(this, 'socket', {
      get: () => socket,
      set: (late?: Socket) => {
        socket = late
        late?.destroy()
      },
    })
  }
}
