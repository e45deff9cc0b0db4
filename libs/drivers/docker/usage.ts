import type { ContainerInfo, ContainerStats } from 'dockerode'
import * as E from 'fp-ts/Either'
import { mapBounded } from '../bounded'
import type { DriverResult, Owner, Usage } from '../port'
import type { ApiFailure, Connection } from './connection'
import { driverError } from './failures'
import { ownerFilter, refOf } from './labels'

const READS_AT_ONCE = 8

interface Sample {
  readonly atMs: number
  readonly cpuNs: number
  readonly cpuMilli: number
}

/** Who asks again this soon gets the same rate of CPU: the span would be too short to say anything. */
const SHORTEST_MS = 500

const memoryOf = ({ memory_stats: memory }: ContainerStats): number => {
  // The page cache that the kernel can take back at once is no use of the container's (as `docker stats` counts).
  const stats = memory.stats as { total_inactive_file?: number; inactive_file?: number } | undefined
  const cache = stats?.total_inactive_file ?? stats?.inactive_file ?? 0
  return Math.max(0, (memory.usage ?? 0) - cache)
}

/** What only people ask for. A container in the machine's own network has no figures of its own. */
const besides = ({ networks, memory_stats, pids_stats }: ContainerStats): Partial<Usage> => {
  const cards = Object.values(networks ?? {})
  const sum = (key: 'rx_bytes' | 'tx_bytes'): number => cards.reduce((total, card) => total + card[key], 0)
  return {
    ...(cards.length === 0 ? {} : { receivedBytes: sum('rx_bytes'), sentBytes: sum('tx_bytes') }),
    ...(memory_stats?.limit === undefined ? {} : { memoryLimitBytes: memory_stats.limit }),
    ...(pids_stats?.current === undefined ? {} : { processes: pids_stats.current }),
  }
}

/**
 * Measures running containers. CPU is the mean since the call before, so a container's first figure is 0: asking the
 * engine for a rate of its own would take it two seconds for each.
 */
export const usageMeter = (connection: Connection): ((owner: Owner) => DriverResult<readonly Usage[]>) => {
  const { request, timeouts } = connection
  let before = new Map<string, Sample>()

  const statsOf = async (id: string): Promise<E.Either<ApiFailure, ContainerStats>> =>
    await request(timeouts.callMs, (abortSignal) => {
      const options = { stream: false as const, 'one-shot': true, abortSignal }
      return connection.docker.getContainer(id).stats(options)
    })

  const measure = async (info: ContainerInfo, samples: Map<string, Sample>) => {
    const ref = refOf(info.Labels)
    const stats = await statsOf(info.Id)
    if (E.isLeft(stats)) return stats.left.status === undefined ? stats : E.right(undefined)
    const atMs = Date.parse(stats.right.read)
    const cpuNs = stats.right.cpu_stats?.cpu_usage?.total_usage ?? 0
    // One that has just ended answers with the year 1 and no figures.
    if (ref === undefined || !(atMs > 0)) return E.right(undefined)
    const last = before.get(info.Id)
    const spanMs = last === undefined ? 0 : atMs - last.atMs
    const cpuMilli =
      last === undefined || spanMs <= 0 ? 0 : Math.max(0, Math.round((cpuNs - last.cpuNs) / 1000 / spanMs))
    const sample = last !== undefined && spanMs < SHORTEST_MS ? last : { atMs, cpuNs, cpuMilli }
    samples.set(info.Id, sample)
    const memoryBytes = memoryOf(stats.right)
    return E.right<ApiFailure, Usage>({ ref, cpuMilli: sample.cpuMilli, memoryBytes, ...besides(stats.right) })
  }

  return async (owner) => {
    const listed = await request(timeouts.callMs, (abortSignal) =>
      connection.docker.listContainers({ filters: { label: ownerFilter(owner) }, abortSignal }),
    )
    if (E.isLeft(listed)) return E.left(driverError(connection, 'list containers', listed.left))
    const samples = new Map<string, Sample>()
    const measured = await mapBounded(listed.right, READS_AT_ONCE, (info) => measure(info, samples))
    before = samples
    const usages: Usage[] = []
    for (const usage of measured) {
      if (E.isLeft(usage)) return E.left(driverError(connection, 'measure containers', usage.left))
      if (usage.right !== undefined) usages.push(usage.right)
    }
    return E.right(usages)
  }
}
