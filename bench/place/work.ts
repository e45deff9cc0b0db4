import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Resources } from '#libs/kernel'
import { lots } from '../../services/scheduler/core/fleet/ties'

/** Workers to be filled, and what asks for a place. */
export interface Work {
  readonly name: string
  /** The capacities of so many workers. */
  workers(count: number): readonly Resources[]
  /** What the next one asks for; `random` gives numbers from 0 to below 1. */
  ask(random: () => number): Resources
}

const GIB = 2 ** 30
const MIB = 2 ** 20

const resources = (cpuMilli: number, memoryBytes: number): Resources => ({ cpuMilli, memoryBytes, diskBytes: 0 })

/** Machines of 16 to 96 cores with 4 GiB a core; requests of any size up to 8 cores and 32 GiB, no two alike. */
export const randomWork: Work = {
  name: 'random',
  workers: (count) => {
    const random = lots(1)
    return Array.from({ length: count }, () => {
      const cores = [16, 32, 64, 96][Math.floor(random() * 4)] ?? 16
      return resources(cores * 1_000, cores * 4 * GIB)
    })
  },
  ask: (random) => resources(100 + Math.floor(random() * 7_900), (64 + Math.floor(random() * 32_000)) * MIB),
}

const TRACE = join(__dirname, '../../../../shared/trace')

const rowsOf = (file: string): readonly Resources[] =>
  readFileSync(join(process.env.ORK_TRACE ?? TRACE, file), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .map(([, cpu, memory]) => resources(Number(cpu), Number(memory) * MIB))
    .filter(({ cpuMilli }) => cpuMilli > 0)

/**
 * Requests and machines of a real cluster (Weng et al., "Beware of Fragmentation", USENIX ATC 2023), drawn with
 * replacement. Null where the trace is not beside the checkout: `ORK_TRACE` names its folder.
 */
export const traceWork = (): (Work & { readonly pods: readonly Resources[]; readonly nodes: number }) | null => {
  if (!existsSync(join(process.env.ORK_TRACE ?? TRACE, 'pods.csv'))) return null
  const [nodes, pods] = [rowsOf('nodes.csv'), shared(rowsOf('pods.csv'))]
  const at = <T>(items: readonly T[], index: number): T => items[index] as T
  return {
    name: 'trace',
    pods,
    nodes: nodes.length,
    workers: (count) => Array.from({ length: count }, (_, i) => at(nodes, Math.floor((i * nodes.length) / count))),
    ask: (random) => at(pods, Math.floor(random() * pods.length)),
  }
}

/** Requests for the same are one object, as those of one job's instances are. */
const shared = (all: readonly Resources[]): readonly Resources[] => {
  const known = new Map<string, Resources>()
  return all.map((one) => {
    const key = `${one.cpuMilli} ${one.memoryBytes}`
    const before = known.get(key) ?? one
    known.set(key, before)
    return before
  })
}
