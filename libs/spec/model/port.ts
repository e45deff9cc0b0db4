/**
 * A port the task listens on. `hostPort` 0: the scheduler chooses one of `hostPortRange` when it places an instance, or
 * without a range the engine any free one when it starts it.
 */
export interface PortSpec {
  readonly name: string
  readonly port: number
  readonly hostPort: number
  readonly hostPortRange?: PortRange
  readonly protocol: 'tcp' | 'udp'
}

/** Both ends are in it. */
export interface PortRange {
  readonly from: number
  readonly to: number
}
