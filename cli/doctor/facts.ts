import type { HealthReply, StatusReply } from '#libs/api'
import type { WorkerState } from '#libs/cluster'
import type { OrkError } from '#libs/kernel'
import type { LogInfo, StreamState } from '#libs/log'
import type { Listed } from '#libs/snapshots'

/** Everything that is asked before anything is judged. What nobody would say is null, or not there. */
export interface Facts {
  readonly log: LogInfo
  /** Identity of the log. */
  readonly cluster: string
  readonly streams: readonly StreamState[]
  /** What of the log nobody answers for. */
  readonly silent: readonly OrkError[]
  /** Empty: this login may not ask the servers, or they are hidden from it. */
  readonly servers: readonly ServerFact[]
  /** Of managers and schedulers. */
  readonly statuses: readonly StatusReply[]
  /** Of all services, workers too. */
  readonly health: readonly HealthFact[]
  /** As the manager knows them; null when none answered. */
  readonly workers: readonly { readonly name: string; readonly state: WorkerState }[] | null
  readonly space: SpaceFact
  /** Newest first; null: this login may not look. */
  readonly snapshots: readonly Pick<Listed, 'seq' | 'cluster' | 'storedAt'>[] | null
}

export interface HealthFact extends HealthReply {
  readonly clock: ClockFact
}

/** How far another clock is ahead of this machine's, in milliseconds, and how wrong that may be at most. */
export interface ClockFact {
  readonly offsetMs: number
  readonly errorMs: number
}

export interface ServerFact {
  readonly name: string
  readonly version: string
  /** What its configuration calls it; ork's own files put `sync_interval` there. */
  readonly tags: readonly string[]
  readonly clock: ClockFact
}

export interface SpaceFact {
  /** What the account has stored, and may; null: nobody says, no limit. */
  readonly usedBytes: number | null
  readonly limitBytes: number | null
  /** Of the disk under the data of `ork dev`, when that is the cluster. */
  readonly disk: { readonly dir: string; readonly freeBytes: number; readonly sizeBytes: number } | null
}

/** One thing that was looked at. `unknown`: it could not be found out from here. */
export interface Finding {
  readonly check: string
  readonly level: 'ok' | 'warn' | 'bad' | 'unknown'
  readonly where?: string
  /** What is so, and what that means. */
  readonly what: string
  /** What to do about it. */
  readonly next?: string
}

/** As the offset of NTP: the other clock was read somewhere between asking and hearing. Times in milliseconds. */
export const clockOf = (read: number, askedAt: number, heardAt: number): ClockFact => ({
  offsetMs: Math.round(read - (askedAt + heardAt) / 2),
  errorMs: Math.ceil((heardAt - askedAt) / 2),
})
