/** How a wait grows from one failure in a row to the next; milliseconds. */
export interface Backoff {
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
  /** Up to this share of the wait is added to it, by lot; absent: none. */
  readonly jitter?: number
}

/** The wait after `before` failures that came before this one; `lot` from 0 to 1 decides the jitter. */
export const backoffMs = ({ delayMs, backoff, maxDelayMs, jitter = 0 }: Backoff, before: number, lot = 0): number => {
  // The power alone may be too large for a number, and nothing times that is not nothing.
  const factor = Math.min(backoff ** before, Number.MAX_SAFE_INTEGER)
  const wait = Math.min(delayMs * factor, maxDelayMs)
  return Math.round(wait * (1 + jitter * lot))
}

/** A number in [0, 1) that follows from a text, as by lot: near texts are far apart. FNV-1a, well mixed. */
export const lotOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
