import type { Cluster, Health, InstanceState } from '#libs/cluster'
import type { AttemptRef, Container } from '#libs/drivers'
import type { OrkEvent } from '#libs/events'
import type { Fact } from '../../../services/worker/core'
import type { WritingVerb } from './steering'

/** An event as it was stored, and what the fold made of it. */
export interface Stored {
  readonly seq: number
  readonly event: OrkEvent
  /** `stale`: a decision of an old epoch; `illegal`: no step of the lifecycle, or about nothing there is. */
  readonly took: 'effect' | 'stale' | 'illegal'
  /** For events of an instance: how it stood before. */
  readonly before: InstanceBefore | null
}

export interface InstanceBefore {
  readonly state: InstanceState
  readonly health: Health | null
  readonly attempt: number
  readonly placedSeq: number
  /** The placement of an attempt that retires beside the current one. */
  readonly retiringSeq: number | null
  readonly isRetiringUp: boolean
}

/** What a client was told by a manager. */
export interface Acknowledged {
  readonly verb: 'submit' | 'stop' | 'forget' | 'skip' | WritingVerb
  readonly request: unknown
  readonly reply: unknown
}

/** Told of all that happens in a run, as it happens. Whatever is absent is not of interest. */
export interface Observer {
  stored?(stored: Stored): void
  /** A process has started, or is connected again. */
  began?(process: string): void
  /** A process that has folded the log up to `seq` wants an event written; whether it is remains to be seen. */
  asked?(process: string, event: OrkEvent, seq: number): void
  /** A process has heard how much the log holds: whether that has come to its reserve. */
  informed?(process: string, isFull: boolean): void
  /** A heartbeat has reached a process. */
  heard?(process: string, worker: string): void
  /** A container has begun to run. */
  started?(worker: string, container: Container): void
  /** One that ran has ended. */
  ended?(worker: string, container: Container): void
  /** A process was told whether a probe of one has succeeded. */
  probed?(process: string, ref: AttemptRef, ok: boolean): void
  /** A fact that a worker had kept can no longer be read. */
  lost?(fact: Fact): void
  acknowledged?(answer: Acknowledged): void
  /** Now and then, and at the end when everything has come to rest. */
  looked?(): void
}

/** A live view, and the fold that it must be equal to. */
export interface LiveView {
  readonly service: string
  readonly cluster: Cluster
  /** The events that it folds; all where absent. */
  readonly only: ((event: OrkEvent) => boolean) | null
}
