import { countDevices, hostPortsOf, type Instance, type Task, type Worker } from '#libs/cluster'
import type { Resources } from '#libs/kernel'
import type { TaskSpec } from '#libs/spec'
import { chosenPorts } from '../choosePorts'

/** A worker as the scheduler may still fill it: what the log says plus what this batch has promised already. */
export interface Candidate {
  readonly worker: Worker
  readonly free: Resources
  /** Taken on its machine, be it by workers that share it. */
  readonly hostPorts: ReadonlySet<string>
  /** The worker that has one of those; null: who comes before the instance has it. */
  readonly holderOf: (hostPort: string) => string | null
  readonly reservedDevices: ReadonlyMap<string, number>
  /** The workers that have a named volume, by its name; none: it is made where it is first asked for. */
  readonly homesOf: (volume: string) => ReadonlySet<string>
  /** The index of another instance of a task than this one that is there; undefined: there is none. */
  readonly otherOf: (task: Task, index: number) => number | undefined
  /** The worker to which an instance must go, since its replica is there; null: it may go anywhere. */
  readonly homeOf: (instance: Instance) => string | null
  /** Those that would follow it to wherever it is placed, and what they all need of room. */
  readonly followersOf: (instance: Instance) => readonly Instance[]
  readonly askedBy: (instance: Instance) => Resources
}

/** What is left for others of the ports and devices of a worker that an instance has come to. */
export const beside = (instance: Instance, candidate: Candidate): Candidate => {
  const { spec } = instance.task
  const chosen = chosenPorts(instance, candidate.hostPorts)
  const reservedDevices = devicesAfter(candidate.reservedDevices, spec, 1)
  const hostPorts = new Set([...candidate.hostPorts, ...hostPortsOf({ spec, chosenPorts: chosen })])
  return { ...candidate, hostPorts, reservedDevices }
}

/** The devices that are reserved once an instance of a task has come (1), or has gone (-1). */
export const devicesAfter = (
  reserved: ReadonlyMap<string, number>,
  spec: TaskSpec,
  sign: 1 | -1,
): ReadonlyMap<string, number> => {
  const devices = new Map(reserved)
  countDevices(devices, spec, sign)
  return devices
}

/** One rule that a worker must meet. Checks and explains in one: null when it is met, else what was asked and had. */
export interface Filter {
  readonly name: string
  /**
   * What it depends on: `worker` on what the worker itself is and the task's site (`siteOf`) alone, so that the answer
   * holds until the worker changes; `room` on amounts alone, which are compared as numbers (`Fleet.hasRoom`); `instance`
   * on anything else, so that it is asked each time.
   */
  readonly about: 'worker' | 'room' | 'instance'
  rejects(instance: Instance, candidate: Candidate): string | null
  /** Of a worker that it rejects: what would have to change there, e.g. `2 GiB more memory`; null: nothing that can. */
  remedy(instance: Instance, candidate: Candidate): string | null
}

/** How many workers one filter rejected. */
export interface Reason {
  readonly reason: string
  readonly workers: number
}
