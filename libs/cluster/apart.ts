import type { Attempt } from './model/job'
import type { WorkerState } from './model/worker'

/**
 * When a worker that is cut off and a manager that does not hear it each act, without being able to ask each other. An
 * instance with `onDisconnect: stop` never runs twice, because on one axis of real time
 *
 *     A                          the worker sends the last heartbeat that the log acknowledges to it
 *     A + stopsAfterMs           at the latest the worker begins to stop the instance: it counts from the sending
 *     ... + grace + KILL_MS      the container has ended: the signal, the grace, SIGKILL
 *     R + goneAfterMs            at the earliest the manager gives the instance up: it counts from hearing that
 *                                heartbeat or a later one, and R >= A
 *
 * and goneAfterMs - stopsAfterMs - grace - KILL_MS is the margin: `MARGIN_MS` for a late timer and a busy engine, and
 * `DRIFT` for clocks that run at different speeds. Both sides use the monotonic clock, which is slewed by at most 500
 * millionths; two of them differ by a thousandth at most, and twice that is taken. A manager that has just come to lead,
 * was cut off itself or was stalled counts from then on, which is later still.
 *
 * It takes a worker process that runs, an engine that obeys, and a machine that was not suspended: where a second
 * instance would do harm even then, `wait` is the choice.
 */
const MARGIN_MS = 2_000
const DRIFT = 0.002
/** From SIGKILL to the end of a container. */
const KILL_MS = 2_000

/** Milliseconds from the last sign of the log after which a cut-off worker stops the instance by itself; null: never. */
export const stopsAfterMs = ({ spec, lostAfterMs }: Attempt): number | null =>
  spec.onDisconnect === 'stop' ? lostAfterMs - MARGIN_MS - DRIFT * (lostAfterMs + spec.stop.graceMs) : null

/**
 * Milliseconds of its worker's silence after which an attempt is given up and another takes its place; null: never. A
 * worker that left in order is not there to stop anything, though its containers go on.
 */
export const goneAfterMs = ({ spec, lostAfterMs }: Attempt, worker: WorkerState): number | null => {
  if (worker === 'forgotten') return 0
  switch (spec.onDisconnect ?? 'replace') {
    case 'replace':
      return lostAfterMs
    case 'wait':
      return null
    case 'stop':
      return worker === 'left' ? null : lostAfterMs + spec.stop.graceMs + KILL_MS
  }
}
