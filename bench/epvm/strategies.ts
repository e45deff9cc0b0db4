import { NO_FACTS, type Numbers, powerOfTwo } from '../../services/scheduler/core/fleet/numbers'
import { lots } from '../../services/scheduler/core/fleet/ties'
import { costOf, POLICIES, type Scored } from '../../services/scheduler/core/policies'
import { type Job, type Machine, memoryUsed } from './cluster'
import { migrate } from './migrate'

/** Where each job runs; `move`, where a strategy has it, is called once a second. */
export type Strategy = (machines: readonly Machine[]) => {
  place(job: Job): Machine
  readonly move: (() => void) | null
}

/** What PVM does: each machine in its turn. */
const roundRobin: Strategy = (machines) => {
  let turn = -1
  const place = (): Machine => {
    turn += 1
    return machines[turn % machines.length] as Machine
  }
  return { place, move: null }
}

const MIB = 2 ** 20

/**
 * By the cost of a policy of ork's scheduler. The paper knows how much memory a job takes, but not how much of a
 * processor: so memory is asked for, and the number of jobs is the number of instances. There is no filter, since memory
 * may be over-committed. What is measured of the processor is the work of so many jobs on a machine of that speed.
 */
const byCost =
  (policy: Scored): Strategy =>
  (machines) => {
    const logMachines = Math.log(machines.length)
    const place = ({ memoryMb }: Job): Machine => {
      const maxInstances = powerOfTwo(Math.max(...machines.map(({ jobs }) => jobs.length)))
      const facts = { ...NO_FACTS, machines: machines.length, logMachines, maxInstances }
      const asked = { cpuMilli: 0, memoryBytes: memoryMb * MIB, diskBytes: 0 }
      const costs = machines.map((machine) => costOf(policy, facts, numbersOf(machine, maxInstances), asked))
      return machines[costs.indexOf(Math.min(...costs))] as Machine
    }
    return { place, move: null }
  }

const numbersOf = (machine: Machine, maxInstances: number): Numbers => {
  const { jobs, speed, memoryMb } = machine
  return {
    use: [jobs.length / speed, memoryUsed(machine) / memoryMb, 0, jobs.length / maxInstances],
    capacity: { cpuMilli: speed * 1_000, memoryBytes: memoryMb * MIB, diskBytes: 0 },
    spare: false,
  }
}

/** Jobs come up anywhere, as people's do on their own machines, and are moved from there. */
const mosix: Strategy = (machines) => {
  const random = lots(1)
  return {
    place: () => machines[Math.floor(random() * machines.length)] as Machine,
    move: () => migrate(machines),
  }
}

export const STRATEGIES = {
  'round-robin': roundRobin,
  'least-loaded': byCost(POLICIES['least-loaded'] as Scored),
  epvm: byCost(POLICIES.epvm as Scored),
  mosix,
} as const
