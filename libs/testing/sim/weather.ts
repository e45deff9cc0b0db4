/** How often things go wrong by themselves, as shares of all messages and calls. Changed in the course of a run. */
export interface Weather {
  /** Milliseconds that a message takes: least and most. */
  delayMs: readonly [number, number]
  /** Writes that never reach the stream; the writer finds out by its time-out. */
  lostWrites: number
  /** Writes that are stored, but whose answer is lost. */
  unansweredWrites: number
  /** Writes that arrive only after their writer has sent them again. */
  lateWrites: number
  /** Deliveries that come a second time, with what came shortly before them. */
  repeats: number
  /** Requests, answers, renewals and heartbeats that are lost: no history is kept of them. */
  lostMessages: number
  /** Calls that the engine did not hear, heard but did not answer, or answers only after a long while. */
  unheardCalls: number
  unansweredCalls: number
  hangingCalls: number
}

export const CALM: Weather = {
  delayMs: [0, 3],
  lostWrites: 0,
  unansweredWrites: 0,
  lateWrites: 0,
  repeats: 0,
  lostMessages: 0,
  unheardCalls: 0,
  unansweredCalls: 0,
  hangingCalls: 0,
}

export const STORMS: Readonly<Record<string, Partial<Weather>>> = {
  'slow network': { delayMs: [5, 400] },
  'lossy network': { lostWrites: 0.1, unansweredWrites: 0.1, lateWrites: 0.05, lostMessages: 0.3, repeats: 0.2 },
  'answers lost': { unansweredWrites: 0.4, repeats: 0.1 },
  'deliveries repeated': { repeats: 0.6, delayMs: [0, 50] },
  'shaky engine': { unheardCalls: 0.15, unansweredCalls: 0.15, hangingCalls: 0.05 },
  'everything at once': {
    delayMs: [0, 200],
    lostWrites: 0.05,
    unansweredWrites: 0.1,
    lateWrites: 0.05,
    repeats: 0.2,
    lostMessages: 0.1,
    unheardCalls: 0.05,
    unansweredCalls: 0.1,
    hangingCalls: 0.02,
  },
}
