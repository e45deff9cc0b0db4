/** Time as the simulated engine sees it; a simulator gives its own, so that hours pass at once. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Calls `run` once, `ms` from now, never at once. Gives what cancels it. */
  after(ms: number, run: () => void): () => void
}

/** setTimeout takes no more: it would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1

export const realClock: Clock = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, Math.min(ms, LONGEST_TIMEOUT))
    return () => clearTimeout(timer)
  },
}

/** A number in [0, 1) that depends on the seed and the key alone, so that no order of events changes it. */
export const chance = (seed: number, key: string): number => {
  let hash = 0x811c9dc5 ^ seed
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
