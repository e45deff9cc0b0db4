/** A port the task listens on; `hostPort` 0 lets the engine choose a free one. */
export interface PortSpec {
  readonly name: string
  readonly port: number
  readonly hostPort: number
  readonly protocol: 'tcp' | 'udp'
}
