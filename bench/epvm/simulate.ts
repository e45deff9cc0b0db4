import { type Job, type Machine, paceOf } from './cluster'
import type { Strategy } from './strategies'

/** How many times as long jobs took as they would have alone on the fastest machine: of all, and of the worst. */
export interface Slowdown {
  readonly mean: number
  readonly worst: number
}

/** How often a strategy with migration looks at who has too much, in seconds. */
const LOOK = 1

/** One execution, until the last job is done. `machines` are empty, `jobs` in the order in which they arrive. */
export const slowdownOf = (strategy: Strategy, machines: readonly Machine[], jobs: readonly Job[]): Slowdown => {
  const { place, move } = strategy(machines)
  const slowdowns: number[] = []
  let now = 0
  let look = move === null ? Number.POSITIVE_INFINITY : LOOK
  for (let next = 0; slowdowns.length < jobs.length; ) {
    const arriving = jobs[next]
    const until = Math.min(arriving?.arrives ?? Number.POSITIVE_INFINITY, look, now + untilDone(machines))
    for (const job of run(machines, until - now)) slowdowns.push((until - job.arrives) / job.work)
    now = until
    if (arriving !== undefined && arriving.arrives <= now) {
      place(arriving).jobs.push(arriving)
      next += 1
    } else if (now >= look) {
      move?.()
      look += LOOK
    }
  }
  const sum = slowdowns.reduce((total, one) => total + one, 0)
  return { mean: sum / slowdowns.length, worst: Math.max(...slowdowns) }
}

/** Seconds until the first job is done if none comes. */
const untilDone = (machines: readonly Machine[]): number => {
  let least = Number.POSITIVE_INFINITY
  for (const machine of machines) {
    const pace = paceOf(machine)
    for (const { left } of machine.jobs) least = Math.min(least, left / pace)
  }
  return least
}

/** Less is rounding. */
const DONE = 1e-9

/** Lets the machines work for so many seconds; takes away, and returns, who is done. */
const run = (machines: readonly Machine[], seconds: number): readonly Job[] => {
  const done: Job[] = []
  for (const machine of machines) {
    const work = paceOf(machine) * seconds
    for (let at = machine.jobs.length - 1; at >= 0; at -= 1) {
      const job = machine.jobs[at] as Job
      job.left -= work
      if (job.left > DONE) continue
      machine.jobs.splice(at, 1)
      done.push(job)
    }
  }
  return done
}
