import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** What a process has used so far. */
export interface Usage {
  /** Seconds of processor, user's and system's. */
  readonly cpu: number
  /** The most memory it ever had, in bytes. */
  readonly memory: number
}

/** What was used between two looks; memory is the most by the second. */
export const usedBetween = <Role extends string>(
  before: Readonly<Record<Role, Usage>>,
  after: Readonly<Record<Role, Usage>>,
): readonly (readonly [Role, Usage])[] =>
  (Object.keys(after) as Role[]).map((role) => [
    role,
    { cpu: after[role].cpu - before[role].cpu, memory: after[role].memory },
  ])

const TICKS_A_SECOND = 100

/** Of a live process, as Linux counts it. */
export const usageOf = (pid: number): Usage => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may itself contain spaces; the fields start after it, and times are the 12th and 13th.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const peak = /VmHWM:\s+(\d+) kB/.exec(status)?.[1]
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
    memory: Number(peak) * 1_024,
  }
}

/** Bytes of all files below a folder. */
export const bytesBelow = (dir: string): number =>
  readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)

/** How many processes are waiting for a processor, over the last minute: whose machine this is besides. */
export const load = (): number => Number(readFileSync('/proc/loadavg', 'utf8').split(' ')[0])
