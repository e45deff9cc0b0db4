import type { Connection } from '#libs/log'

/** What the log says of a run, read back once it is over. */
export interface Written {
  readonly placements: number
  readonly starts: number
  /** From the first placement to the last, by the scheduler's clock; seconds. */
  readonly placingSeconds: number
  /** Milliseconds from its job's submit to its start, of each instance, ascending. */
  readonly latencies: Float64Array
  /** All events, and how many were about neither a placement nor a start. */
  readonly events: number
  readonly others: number
}

/** Reads a run from its first event on. */
export const readWritten = async ({ log }: Connection, from: number, instances: number): Promise<Written> => {
  const submitted = new Map<string, number>()
  const latencies = new Float64Array(instances)
  let [placements, starts, events] = [0, 0, 0]
  let [first, last] = [Number.POSITIVE_INFINITY, 0]
  for await (const entries of log.read({ from })) {
    for (const { event } of entries) {
      events += 1
      if (event.type === 'JobSubmitted') submitted.set(event.data.job, Date.parse(event.time))
      else if (event.type === 'TaskScheduled') {
        const time = Date.parse(event.time)
        first = Math.min(first, time)
        last = Math.max(last, time)
        placements += 1
      } else if (event.type === 'TaskStarted') {
        latencies[starts] = Date.parse(event.time) - (submitted.get(event.data.job) ?? Number.NaN)
        starts += 1
      }
    }
  }
  const placingSeconds = (last - first) / 1_000
  return {
    placements,
    starts,
    placingSeconds,
    latencies: latencies.sort(),
    events,
    others: events - placements - starts,
  }
}
