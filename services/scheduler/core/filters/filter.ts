import type { Instance, Worker } from '#libs/cluster'
import type { Resources } from '#libs/kernel'

/** A worker as the scheduler may still fill it: what the log says plus what this batch has promised already. */
export interface Candidate {
  readonly worker: Worker
  readonly free: Resources
  readonly hostPorts: ReadonlySet<string>
}

/** One rule that a worker must meet. Checks and explains in one: null when it is met, else what was asked and had. */
export interface Filter {
  readonly name: string
  rejects(instance: Instance, candidate: Candidate): string | null
}
