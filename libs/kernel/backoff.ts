/** How a wait grows from one failure in a row to the next; milliseconds. */
export interface Backoff {
  readonly delayMs: number
  readonly backoff: number
  readonly maxDelayMs: number
  /** Up to this share of the wait is added to it at random; absent: none. */
  readonly jitter?: number
}

/** The wait, in milliseconds, after a failure that `before` others in a row came before. `random`, from 0 to 1, picks the jitter. */
export const backoffMs = (
  { delayMs, backoff, maxDelayMs, jitter = 0 }: Backoff,
  before: number,
  random = 0,
): number => {
  // The power alone may overflow to Infinity, and a delay of 0 times that would be NaN.
  const factor = Math.min(backoff ** before, Number.MAX_SAFE_INTEGER)
  const wait = Math.min(delayMs * factor, maxDelayMs)
  return Math.round(wait * (1 + jitter * random))
}

/** A text's hash as a number in [0, 1): the same for the same text, spread evenly over similar ones. FNV-1a, mixed. */
export const hashFraction = (text: string): number => {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
