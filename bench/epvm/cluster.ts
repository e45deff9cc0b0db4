import { lots } from '../../services/scheduler/core/fleet/ties'

/** A processor that all jobs on a machine share evenly, and its memory. */
export interface Machine {
  /** Seconds of the fastest processor's work that it does in a second. */
  readonly speed: number
  readonly memoryMb: number
  readonly jobs: Job[]
}

export interface Job {
  readonly arrives: number
  /** Seconds that it takes alone on the fastest processor. */
  readonly work: number
  readonly memoryMb: number
  /** Of that work, what is still to be done. */
  left: number
}

const FASTEST_MHZ = 200
const LARGEST_MB = 64

const machines = (count: number, mhz: number, memoryMb: number): readonly Machine[] =>
  Array.from({ length: count }, () => ({ speed: mhz / FASTEST_MHZ, memoryMb, jobs: [] }))

/** The ten machines of the paper. */
export const paperMachines = (): readonly Machine[] => [
  ...machines(3, 200, 64),
  ...machines(5, 133, 32),
  ...machines(2, 90, 24),
]

export interface Workload {
  /** Mean of the exponential times between two arrivals, in seconds. */
  readonly gap: number
  /** How long jobs keep arriving, in seconds; what has arrived is carried to its end. */
  readonly lasts: number
}

/**
 * Poisson arrivals of jobs with heavy tails: work of 2/r seconds, 20,000 at most, and memory of 2/r percent of the
 * largest machine's, all of it at most; each r is drawn anew from 0 to 1, so half of all jobs need less than 4 s and 4 %.
 */
export const jobsOf = ({ gap, lasts }: Workload, seed: number): readonly Job[] => {
  const random = lots(seed)
  const above0 = (): number => 1 - random()
  const pause = (): number => -Math.log(above0()) * gap
  const jobs: Job[] = []
  for (let at = pause(); at < lasts; at += pause()) {
    const work = Math.min(20_000, 2 / above0())
    jobs.push({ arrives: at, work, memoryMb: LARGEST_MB * Math.min(1, 0.02 / above0()), left: work })
  }
  return jobs
}

export const memoryUsed = ({ jobs }: Machine): number => jobs.reduce((sum, { memoryMb }) => sum + memoryMb, 0)

/** What a machine's speed is divided by while more memory is asked of it than it has: it swaps. */
const SWAPPING = 10

/** Work that each job on the machine gets done in a second. */
export const paceOf = (machine: Machine): number =>
  machine.speed / (memoryUsed(machine) > machine.memoryMb ? SWAPPING : 1) / machine.jobs.length
