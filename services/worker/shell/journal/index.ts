import type { Fact } from '../../core'

/** A fact with the time at which it became true; milliseconds since 1970. */
export interface Told extends Fact {
  readonly time: number
  /** Up to where the log was folded when it was decided; absent: an earlier release did not say, or it is told again. */
  readonly asOf?: number
}

/** Where facts are kept that the log does not have yet, so that they outlive this process. */
export interface Journal {
  /** What earlier lives of this worker could not send, oldest first. To be called once, before anything else. */
  recover(): Promise<readonly Told[]>
  /** Keeps facts. Resolves once they are on disk; while they cannot be written, that is tried again and `trouble` says so. */
  keep(facts: readonly Told[]): Promise<void>
  /** The log has these now. */
  sent(facts: readonly Told[]): void
  /** Nothing waits any more: all that is kept can go. */
  clear(): Promise<void>
  /** Whether it holds as much as it may. */
  readonly isFull: boolean
  /** Why what is told it now would not outlive this process; null when all is well. */
  readonly trouble: string | null
  /** Lets go of its file; what it holds stays for the next life. */
  close(): Promise<void>
}

/** Keeps nothing: for workers whose whole machine is simulated. */
export const noJournal: Journal = {
  recover: async () => [],
  keep: async () => {},
  sent() {},
  clear: async () => {},
  isFull: false,
  trouble: null,
  close: async () => {},
}
