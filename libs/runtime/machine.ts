import type { Now } from '#libs/cluster'
import { systemNow } from './clock'
import { newId } from './newId'

/** All that a service takes from its machine besides the log and the engines; the simulator hands in its own. */
export interface Machine {
  now(): Now
  /** Calls once, in so many milliseconds, never at once. What it gives cancels that. */
  after(ms: number, call: () => void): Cancel
  /** Calls once all that is under way in this turn of the loop is done. */
  soon(call: () => void): void
  /** An id that was never given before and never will be. */
  newId(): string
}

export type Cancel = () => void

export const theMachine: Machine = {
  now: systemNow,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
  soon: (call) => void setImmediate(call),
  newId,
}

/** Calls again and again, so many milliseconds apart, until it is cancelled. */
export const every = (machine: Machine, ms: number, call: () => void): Cancel => {
  let cancel = machine.after(ms, function again() {
    cancel = machine.after(ms, again)
    call()
  })
  return () => cancel()
}

/** Resolves after so many milliseconds of the machine's clock. */
export const pause = (machine: Machine, ms: number): Promise<void> =>
  new Promise((resolve) => {
    machine.after(ms, resolve)
  })

/** What `work` comes to, or null when that takes longer than `ms`; the timer does not outlive it. Rejects as `work` does. */
export const within = <T>(machine: Machine, ms: number, work: Promise<T>): Promise<T | null> =>
  new Promise((resolve, reject) => {
    const cancel = machine.after(ms, () => resolve(null))
    work.then(resolve, reject).finally(cancel)
  })
