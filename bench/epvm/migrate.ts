import { type Job, type Machine, memoryUsed } from './cluster'

const hasRoom = (machine: Machine, memoryMb: number): boolean => memoryUsed(machine) + memoryMb <= machine.memoryMb

/** What each job's share of a machine is divided by once there is one more. */
const crowding = ({ jobs, speed }: Machine): number => (jobs.length + 1) / speed

/**
 * What Mosix does, at its best: of each machine that has too much one job goes to the one that is least crowded, of those
 * with memory for it. Every machine is known to every other, as it is now, and a move costs nothing.
 *  - Memory comes first ("ushering"): from where it is over-committed, the smallest job with which that ends, else the
 *    largest that can be moved.
 *  - Then load: a job that would get more of a processor elsewhere.
 */
export const migrate = (machines: readonly Machine[]): void => {
  for (const machine of machines) {
    const targetOf = ({ memoryMb }: Job): Machine | undefined =>
      machines
        .filter((other) => other !== machine && hasRoom(other, memoryMb))
        .reduce<Machine | undefined>((best, one) => (best && crowding(best) <= crowding(one) ? best : one), undefined)
    const excess = memoryUsed(machine) - machine.memoryMb
    const job = excess > 0 ? toUsher(machine, excess, targetOf) : machine.jobs[0]
    const target = job && targetOf(job)
    if (job === undefined || target === undefined) continue
    if (excess <= 0 && crowding(target) >= machine.jobs.length / machine.speed) continue
    machine.jobs.splice(machine.jobs.indexOf(job), 1)
    target.jobs.push(job)
  }
}

const toUsher = ({ jobs }: Machine, excess: number, targetOf: (job: Job) => Machine | undefined): Job | undefined => {
  const movable = jobs.filter((job) => targetOf(job) !== undefined).sort((a, b) => a.memoryMb - b.memoryMb)
  return movable.find(({ memoryMb }) => memoryMb >= excess) ?? movable.at(-1)
}
