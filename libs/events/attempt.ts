import { Count, Name } from '#libs/kernel'

/** What every event about an attempt says of it: a part of their frozen shapes, so it stays as it is. */
export const ATTEMPT = { job: Name, task: Name, index: Count, worker: Name, attempt: Count, placement: Count }
