import type { AttemptRef, Container, DriverError, EngineHealth, Exit, Probed, PublishedPort } from '#libs/drivers'
import type { DriverName, Probe, TaskSpec } from '#libs/spec'

/** What the shell is asked to do; its outcome comes back as an observation. */
export type Effect =
  | {
      readonly tag: 'Run'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly spec: TaskSpec
      /** Host ports that were chosen for it. */
      readonly ports: readonly PublishedPort[]
    }
  | {
      readonly tag: 'Pull'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly image: string
      readonly auth?: string
    }
  | {
      readonly tag: 'Stop'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly signal: string
      readonly graceMs: number
    }
  | { readonly tag: 'Remove'; readonly driver: DriverName; readonly ref: AttemptRef }
  | {
      readonly tag: 'Probe'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly probe: Probe
      readonly timeoutMs: number
    }

/** What the shell saw. `error` null: it worked. */
export type Observation =
  | {
      readonly tag: 'Listed'
      readonly driver: DriverName
      /** The view's generation when the listing began. */
      readonly begun: number
      readonly containers: readonly Container[]
    }
  | { readonly tag: 'Unreachable'; readonly driver: DriverName }
  | { readonly tag: 'Exited'; readonly driver: DriverName; readonly ref: AttemptRef; readonly exit: Exit }
  | { readonly tag: 'Vanished'; readonly driver: DriverName; readonly ref: AttemptRef }
  | { readonly tag: 'Health'; readonly driver: DriverName; readonly ref: AttemptRef; readonly health: EngineHealth }
  | {
      readonly tag: 'Probed'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly found: Probed | DriverError
    }
  | { readonly tag: 'Ran'; readonly ref: AttemptRef; readonly container: Container }
  | { readonly tag: 'NotRun'; readonly driver: DriverName; readonly ref: AttemptRef; readonly error: DriverError }
  | {
      readonly tag: 'Pulling'
      readonly ref: AttemptRef
      readonly image: string
      readonly doneBytes: number
      readonly totalBytes: number
    }
  | {
      readonly tag: 'Pulled'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly error: DriverError | null
    }
  | {
      readonly tag: 'StopDone'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly exit: Exit | DriverError
    }
  | {
      readonly tag: 'RemoveDone'
      readonly driver: DriverName
      readonly ref: AttemptRef
      readonly error: DriverError | null
    }
