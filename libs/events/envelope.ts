/**
 * A CloudEvents 1.0 event in its JSON form, with ork's extensions (`schemaversion`, `causationid`, `actor`, `epoch`).
 * Its place in the order is JetStream's sequence, which is not in the payload.
 */
export interface Envelope<Type extends string, Data> {
  readonly specversion: '1.0'
  /** Unique for all time; a fact's is also its `Nats-Msg-Id`, so that a repeated publish is stored once. */
  readonly id: string
  /** Who wrote it: `role/name`, e.g. `scheduler/s1`. */
  readonly source: string
  readonly type: Type
  /** What it is about: `web`, `web.api.0`, `w1`, `manager`. */
  readonly subject: string
  /** RFC 3339 with milliseconds, UTC. */
  readonly time: string
  readonly schemaversion: number
  /** Id of the event or command that led here, for writers that know it; ork's services tell it otherwise (`asOf`, `placement`). */
  readonly causationid?: string
  /** Who asked, for what a user began. */
  readonly actor?: string
  /** The leader's epoch, on decisions. */
  readonly epoch?: number
  readonly data: Data
}
