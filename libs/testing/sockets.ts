import type { Socket } from 'node:net'

/** Two ends of one connection: the end of either is the end of both, and `open` has them until then. */
export const tie = (one: Socket, other: Socket, open: Set<Socket>): void => {
  for (const [each, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    open.add(each)
    each
      .on('error', () => peer.destroy())
      .on('close', () => {
        open.delete(each)
        peer.end()
      })
  }
}
