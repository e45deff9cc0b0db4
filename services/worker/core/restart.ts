import type { Exit } from '#libs/drivers'
import { backoffMs } from '#libs/kernel'
import type { RestartSpec } from '#libs/spec'

/** What follows from the end of a container, as its restart policy has it. */
export type AfterExit =
  | { readonly tag: 'Complete' }
  | { readonly tag: 'Fail'; readonly reason: string }
  | { readonly tag: 'Restart'; readonly delayMs: number; readonly reason: string }

/** A container that ran no longer than this ended at its start. */
const QUICK_MS = 1_000
/** Such ones in a row wait at least so long, twice as long each time, whatever their policy says. */
const FIRST_FLOOR_MS = 100
const LAST_FLOOR_MS = 10_000
/** While the log is at its reserve, the second restart of an instance waits so long, and each one twice as long. */
const FIRST_SPARING_MS = 60_000
const LAST_SPARING_MS = 900_000

/** What came before an end. */
export interface Run {
  /** How many restarts came in a row before. */
  readonly restarts: number
  readonly ranMs: number
  /** 0 to 1: how much of the jitter there may be is added to the wait. */
  readonly random: number
}

/** What follows from the end of a container, by the restart policy of its task. */
export const afterExit = (policy: RestartSpec, exit: Exit, run: Run): AfterExit => {
  if (exit.exitCode === 0 && policy.policy !== 'always') return { tag: 'Complete' }
  return afterFailure(policy, describeExit(exit), run)
}

/** The same of an attempt that came to no good, or to none at all: it is run again unless the policy forbids it. */
export const afterFailure = (policy: RestartSpec, reason: string, { restarts, ranMs, random }: Run): AfterExit => {
  if (policy.policy === 'never') return { tag: 'Fail', reason }
  const inARow = ranMs >= policy.resetAfterMs ? 0 : restarts
  if (policy.attempts !== null && inARow >= policy.attempts) {
    const after = inARow === 0 ? '' : `, after ${inARow} ${inARow === 1 ? 'restart' : 'restarts'}`
    return { tag: 'Fail', reason: `${reason}${after}` }
  }
  return { tag: 'Restart', delayMs: Math.max(backoffMs(policy, inARow, random), floorMs(inARow, ranMs)), reason }
}

/** The first restart in a row is as quick as its policy has it; a loop of them must not keep the machine from all else. */
const floorMs = (inARow: number, ranMs: number): number =>
  inARow === 0 || ranMs >= QUICK_MS ? 0 : Math.min(FIRST_FLOOR_MS * 2 ** (inARow - 1), LAST_FLOOR_MS)

/**
 * How long it waits while the log is at its reserve, after so many restarts since it is: three facts tell of each, and
 * what is left has to last until there is room again. The first is free.
 */
export const sparingMs = (restarts: number, ranMs: number): number =>
  restarts === 0
    ? 0
    : Math.max(0, Math.min(FIRST_SPARING_MS * 2 ** (restarts - 1), LAST_SPARING_MS) - Math.floor(ranMs))

/** The longest wait that a policy can come to. */
export const longestDelayMs = (policy: RestartSpec): number =>
  Math.max(backoffMs(policy, Number.POSITIVE_INFINITY, 1), LAST_FLOOR_MS)

/** `exit code 1`, `out of memory`, `killed by SIGKILL`. */
export const describeExit = (exit: Exit): string => {
  if (exit.oomKilled) return 'out of memory'
  if (exit.signal !== undefined) return `killed by ${exit.signal}`
  return exit.exitCode === null ? 'its container is gone' : `exit code ${exit.exitCode}`
}

/** For a container that is not there any more and left no word. */
export const GONE: Exit = { exitCode: null, oomKilled: false }
