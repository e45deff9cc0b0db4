/**
 * How an instance's health is found out; exactly one of `http`, `tcp`, `command` and `disable` is there. Without any of
 * it, an image that has a HEALTHCHECK of its own is checked by its engine as that says.
 *
 * An instance that is checked is up only while it is healthy: once `successThreshold` probes in a row have succeeded. It is
 * unhealthy once `retries` have failed, an interval apart, and is then restarted as its restart policy has it. For
 * `startPeriodMs` from its start a failure does not count, unless it has been healthy.
 */
export interface HealthSpec {
  readonly http?: HttpProbe
  readonly tcp?: TcpProbe
  /** Run in the container; 0 is success. */
  readonly command?: readonly string[]
  /** Nothing is checked, whatever the image says. */
  readonly disable?: boolean
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly retries: number
  readonly startPeriodMs: number
  readonly successThreshold: number
}

/** By the name it has in the task, or by its number inside the container. */
export type PortName = string | number

export type Scheme = 'http' | 'https'

export interface HttpProbe {
  /** `http` when absent, and never written out. With `https` the certificate is not verified. */
  readonly scheme?: Scheme
  readonly path: string
  /** The task's only port when absent. */
  readonly port?: PortName
  /** The one status that is success; absent: any from 200 to 399. */
  readonly status?: number
  readonly headers: Readonly<Record<string, string>>
}

export interface TcpProbe {
  /** The task's only port when absent. */
  readonly port?: PortName
}

/** What one probe does, with its port resolved. */
export type Probe =
  | {
      readonly tag: 'Http'
      readonly scheme: Scheme
      readonly port: ProbePort
      readonly path: string
      readonly status: number | null
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly tag: 'Tcp'; readonly port: ProbePort }
  | { readonly tag: 'Command'; readonly command: readonly string[] }

export interface ProbePort {
  /** Its name among the task's ports; null for one that is not published. */
  readonly name: string | null
  /** Its number inside the container. */
  readonly port: number
}
