/** Something large that is kept beside the log, whole, under a name. */
export interface StoredObject {
  readonly name: string
  /** What its writer said of it. */
  readonly about: Readonly<Record<string, string>>
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly storedAt: number
}

/** Where large things are kept: a bucket of the servers' object store. A name holds the last thing stored under it. */
export interface Objects {
  /** What is there; nothing when the bucket was never made. */
  list(): Promise<readonly StoredObject[]>
  /**
   * The bytes of one, in pieces. Throws OrkFailure: `Damaged` as soon as it is sure that these are not the bytes that
   * were stored (each object has its SHA-256), `NoSuchObject`, `LogUnavailable`.
   */
  read(name: string): AsyncIterable<Uint8Array>
  /** Stores the pieces under the name, plain ASCII. What was there stays until all of them are stored. Throws OrkFailure. */
  write(name: string, about: Readonly<Record<string, string>>, pieces: AsyncIterable<Uint8Array>): Promise<void>
  remove(name: string): Promise<void>
}
