import type { Instance, Job } from './job'
import type { Worker } from './worker'

/** Told of everything that an event changed, so that work per event does not grow with the cluster. */
export interface Changes {
  job(job: Job): void
  instance(instance: Instance): void
  worker(worker: Worker): void
}

/** For who only wants the fold. */
export const ignoreChanges: Changes = { job() {}, instance() {}, worker() {} }
