import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { Owner, Usage } from '../port'
import { readContainers } from './containers'
import { readProc } from './procfs'

/** A clock tick of /proc, in milliseconds: 100 a second on every Linux that Node runs on. */
const TICK_MS = 10

/** Who asks again this soon gets the same rate of CPU: the span would be too short to say anything. */
const SHORTEST_MS = 500

interface Sample {
  readonly atMs: number
  readonly cpuMs: number
  readonly cpuMilli: number
}

interface GroupUse {
  /** Set where the system counts CPU time, */
  cpuMs: number
  /** and this where it gives a rate instead. */
  cpuMilli: number
  memoryBytes: number
}

const addTo = (uses: Map<number, GroupUse>, group: number, more: Partial<GroupUse>): void => {
  const use = uses.get(group) ?? { cpuMs: 0, cpuMilli: 0, memoryBytes: 0 }
  use.cpuMs += more.cpuMs ?? 0
  use.cpuMilli += more.cpuMilli ?? 0
  use.memoryBytes += more.memoryBytes ?? 0
  uses.set(group, use)
}

const readLinux = async (groups: ReadonlySet<number>): Promise<Map<number, GroupUse>> => {
  const uses = new Map<number, GroupUse>()
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const stat = await readProc(`/proc/${pid}/stat`)
      // The name, in parentheses, may hold anything; the fields begin after it: state, parent, group, ...
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const group = Number(fields[2])
      if (!groups.has(group)) continue
      const resident = /^VmRSS:\s+(\d+) kB/m.exec(await readProc(`/proc/${pid}/status`))
      // Own time and that of children who have ended.
      const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at]), 0)
      addTo(uses, group, { cpuMs: ticks * TICK_MS, memoryBytes: Number(resident?.[1] ?? 0) * 1024 })
    } catch {
      // It ended while we looked.
    }
  }
  return uses
}

const readElsewhere = async (groups: ReadonlySet<number>): Promise<Map<number, GroupUse>> => {
  const uses = new Map<number, GroupUse>()
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pgid=,rss=,pcpu='])
  for (const line of stdout.trim().split('\n')) {
    const [group = 0, kilobytes = 0, percent = 0] = line.trim().split(/\s+/).map(Number)
    if (groups.has(group)) addTo(uses, group, { cpuMilli: percent * 10, memoryBytes: kilobytes * 1024 })
  }
  return uses
}

/** Sums over the process groups of what runs. CPU is the mean since the call before; at first 0. */
export const processMeter = (dir: string): ((owner: Owner) => Promise<readonly Usage[]>) => {
  let before = new Map<number, Sample>()
  return async (owner) => {
    const known = await readContainers(dir, owner)
    const running = known.flatMap(({ container, pid }) =>
      container.state === 'running' && pid !== undefined ? [{ ref: container.ref, pid }] : [],
    )
    const groups = new Set(running.map(({ pid }) => pid))
    const uses = await (process.platform === 'linux' ? readLinux(groups) : readElsewhere(groups))
    const atMs = performance.now()
    const samples = new Map([...uses].map(([pid, use]) => [pid, sampleOf(use, atMs, before.get(pid))]))
    before = samples
    return running.map(({ ref, pid }) => ({
      ref,
      cpuMilli: samples.get(pid)?.cpuMilli ?? 0,
      memoryBytes: uses.get(pid)?.memoryBytes ?? 0,
    }))
  }
}

const sampleOf = (use: GroupUse, atMs: number, last: Sample | undefined): Sample => {
  const spanMs = last === undefined ? 0 : atMs - last.atMs
  if (last !== undefined && spanMs < SHORTEST_MS) return last
  const rate = last === undefined ? 0 : Math.max(0, ((use.cpuMs - last.cpuMs) * 1000) / spanMs)
  return { atMs, cpuMs: use.cpuMs, cpuMilli: Math.round(use.cpuMilli + rate) }
}
