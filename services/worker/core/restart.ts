import type { Exit } from '#libs/drivers'
import type { RestartSpec } from '#libs/spec'

/** What follows from the end of a container, as its restart policy has it. */
export type AfterExit =
  | { readonly tag: 'Complete' }
  | { readonly tag: 'Fail'; readonly reason: string }
  | { readonly tag: 'Restart'; readonly delayMs: number; readonly reason: string }

/** `restarts`: how many came in a row before; `ranMs`: how long this one ran. */
export const afterExit = (policy: RestartSpec, exit: Exit, restarts: number, ranMs: number): AfterExit => {
  const reason = describeExit(exit)
  const success = exit.exitCode === 0
  if (success && policy.policy !== 'always') return { tag: 'Complete' }
  if (policy.policy === 'never') return { tag: 'Fail', reason }
  const inARow = ranMs >= policy.resetAfterMs ? 0 : restarts
  if (policy.attempts !== null && inARow >= policy.attempts) {
    return { tag: 'Fail', reason: `${reason}, after ${inARow} ${inARow === 1 ? 'restart' : 'restarts'}` }
  }
  // The power alone may be too large for a number, and nothing times that is not nothing.
  const factor = Math.min(policy.backoff ** inARow, Number.MAX_SAFE_INTEGER)
  return { tag: 'Restart', delayMs: Math.round(Math.min(policy.delayMs * factor, policy.maxDelayMs)), reason }
}

/** `exit code 1`, `out of memory`, `killed by SIGKILL`. */
export const describeExit = (exit: Exit): string => {
  if (exit.oomKilled) return 'out of memory'
  if (exit.signal !== undefined) return `killed by ${exit.signal}`
  return exit.exitCode < 0 ? 'its container is gone' : `exit code ${exit.exitCode}`
}

/** For a container that is not there any more and left no word. */
export const GONE: Exit = { exitCode: -1, oomKilled: false }
