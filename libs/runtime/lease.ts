import type { LedRole, Now } from '#libs/cluster'

/** Milliseconds of the monotonic clock. */
export interface LeaseSettings {
  readonly renewEveryMs: number
  /** A leader that was not heard for so long is asked for directly: if nobody answers, it is gone. */
  readonly askAfterMs: number
  /** A leader that was neither heard nor has answered for so long is succeeded. */
  readonly takeAfterMs: number
}

export const DEFAULT_LEASE: LeaseSettings = { renewEveryMs: 500, askAfterMs: 1_000, takeAfterMs: 2_000 }

/** What a candidate knows of its role's lease. */
export interface LeaseView {
  /** The epoch this process was elected with; null while it stands by. */
  epoch: number | null
  /** When a leader was last heard; monotonic. */
  heardAt: number
  /** When this process last renewed; monotonic. */
  renewedAt: number
}

export type LeaseStep = 'renew' | 'ask' | 'campaign' | 'wait'

/**
 * What to do about the lease now. It only decides who tries to write: that no two leaders' decisions take effect is
 * the epoch's work, in the log.
 */
export const nextLeaseStep = (view: LeaseView, now: Now, settings: LeaseSettings): LeaseStep => {
  if (view.epoch !== null) return now.mono - view.renewedAt >= settings.renewEveryMs ? 'renew' : 'wait'
  const silence = now.mono - view.heardAt
  if (silence >= settings.takeAfterMs) return 'campaign'
  return silence >= settings.askAfterMs ? 'ask' : 'wait'
}

/**
 * Whether a leader's silence still counts once the log was asked for its end, and answered. Not when the leader was
 * heard meanwhile; nor when the answer took long: the log could not be written either then, so the servers were at
 * fault (an election among them takes seconds), and the lease's clock stood still. All times are monotonic.
 */
export const provesSilence = (
  { heardAt }: LeaseView,
  askedAt: number,
  answeredAt: number,
  { askAfterMs }: LeaseSettings,
): boolean => heardAt <= askedAt && answeredAt - askedAt < askAfterMs

/** What a leader says of itself: regularly, when asked, and when it gives its lease back. */
export interface Renewal {
  readonly holder: string
  readonly epoch: number
  readonly resigned: boolean
}

/** Reads what came over the bus; null if it is something else. */
export const readRenewal = (message: unknown): Renewal | null => {
  if (typeof message !== 'object' || message === null) return null
  const { holder, epoch, resigned } = message as Readonly<Record<keyof Renewal, unknown>>
  if (typeof holder !== 'string' || !Number.isSafeInteger(epoch)) return null
  return { holder, epoch: Number(epoch), resigned: resigned === true }
}

/**
 * Whether it comes from the newest leader that is known, or a newer one. One that was succeeded and does not know it
 * yet must not keep others from noticing that its successor is gone.
 */
export const isCurrent = (renewal: Renewal, newestEpoch: number): boolean => renewal.epoch >= newestEpoch

/** Where leaders renew, and where they answer for themselves. No history is kept of either. */
export const leaseSubject = (prefix: string, role: LedRole): string => `${prefix}.lease.${role}`
export const leaseQuestion = (prefix: string, role: LedRole): string => `${prefix}.lease.${role}.who`
