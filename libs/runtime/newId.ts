import { randomFillSync } from 'node:crypto'

/** Crockford's 32 letters. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const TIME_LETTERS = 10
const RANDOM_LETTERS = 16

/** Random bytes, drawn many at a time: asking for a few at once costs a hundred times as much. */
const randoms = new Uint8Array(256 * RANDOM_LETTERS)
let next = randoms.length
let time = { ms: -1, text: '' }

/** A ULID: milliseconds since 1970, then 80 random bits, so that ids sort by the time they were given. */
export const newId = (): string => {
  const ms = Date.now()
  if (ms !== time.ms) time = { ms, text: timeText(ms) }
  if (next === randoms.length) {
    randomFillSync(randoms)
    next = 0
  }
  let text = time.text
  for (const end = next + RANDOM_LETTERS; next < end; next += 1) text += LETTERS[(randoms[next] ?? 0) % LETTERS.length]
  return text
}

const timeText = (ms: number): string => {
  let text = ''
  for (let at = 0, left = ms; at < TIME_LETTERS; at += 1, left = Math.floor(left / LETTERS.length)) {
    text = LETTERS[left % LETTERS.length] + text
  }
  return text
}
