import type { Worker } from '#libs/cluster'

/** 32 bits that follow from a text and a seed (FNV-1a, mixed once more). */
export const hash = (text: string, seed: number): number => {
  let bits = (0x811c9dc5 ^ seed) | 0
  for (let at = 0; at < text.length; at += 1) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/**
 * Positions in the order in which workers come before their equals: by name, or by lot where a seed is given. It follows
 * from the names and the seed alone, whatever the order in which the workers came.
 */
export const tieOrder = (workers: readonly Worker[], seed: number | null): readonly number[] => {
  const lots = workers.map(({ name }) => (seed === null ? 0 : hash(name, seed)))
  const before = (a: number, b: number): number =>
    (lots[a] as number) - (lots[b] as number) || ((workers[a]?.name ?? '') < (workers[b]?.name ?? '') ? -1 : 1)
  return workers.map((_, at) => at).sort(before)
}

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
export const lots = (seed: number): (() => number) => {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
