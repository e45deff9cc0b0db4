/**
 * An answer in many parts. The request names the stream in a header; parts come to its reply subject as plain JSON,
 * and between them, told apart by the same header, `beat` (the responder lives) and `end`. An error ends it too.
 * Whoever reads tells the responder on the control subject, every second or so, how many parts it has taken; a
 * responder sends no more than WINDOW ahead of that, and gives up on a reader it no longer hears.
 */
export const STREAM_HEADER = 'Ork-Stream'
export const BEAT = 'beat'
export const END = 'end'

/** Parts sent ahead of what the reader has taken. */
export const WINDOW = 256
export const BEAT_MS = 1_000
/** Beats missed before the other side is taken for gone. */
export const SILENT_BEATS = 5

/** From the reader to the responder. */
export interface Control {
  readonly stream: string
  /** Parts taken so far. */
  readonly taken: number
  /** Nobody reads any more. */
  readonly stop?: boolean
}

/**
 * Beside the endpoint, so that those who may call the one may reach the other: `ork.api.v1.logs.w1` is controlled on
 * `ork.api.v1.logs-control.w1`.
 */
export const controlSubject = (subject: string): string => {
  const tokens = subject.split('.')
  const verb = Math.min(3, tokens.length - 1)
  return tokens.map((token, at) => (at === verb ? `${token}-control` : token)).join('.')
}

/** A control message; null for what is none. */
export const readControl = (payload: unknown): Control | null => {
  if (typeof payload !== 'object' || payload === null) return null
  const { stream, taken, stop } = payload as Partial<Control>
  if (typeof stream !== 'string' || typeof taken !== 'number') return null
  return { stream, taken, stop: stop === true }
}
