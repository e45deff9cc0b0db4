import type { WorkerReply } from '#libs/api'
import { formatBytes } from '#libs/kernel'
import type { ClusterUse, InstanceUse } from '../client/usage'
import type { EventLook } from './event'
import { paintState } from './state'
import { type Cell, renderTable } from './table'
import { standOf } from './worker'

const right = (text: string): Cell => ({ text, align: 'right' })

/** `12.5%` of one CPU. */
const percentOfCpu = (milli: number): string => `${(milli / 10).toFixed(1)}%`

const share = (part: number, whole: number): string => (whole <= 0 ? '-' : `${Math.round((part / whole) * 100)}%`)

const bytes = (n: number | null): string => (n === null ? '-' : formatBytes(n))

/** What `--json` writes of the whole cluster's use. */
export const useJson = (use: ClusterUse): unknown => ({ ...use, at: new Date(use.at).toISOString() })

/** A line a container; what went over the network since it began. */
export const renderStats = (instances: readonly InstanceUse[]): string =>
  renderTable(
    ['INSTANCE', 'WORKER', 'CPU', 'MEMORY', 'LIMIT', 'RECEIVED', 'SENT', 'PROCESSES'],
    instances.map((use) => [
      use.id,
      use.worker,
      right(percentOfCpu(use.cpuMilli)),
      right(formatBytes(use.memoryBytes)),
      right(bytes(use.memoryLimitBytes)),
      right(bytes(use.receivedBytes)),
      right(bytes(use.sentBytes)),
      right(use.processes === null ? '-' : String(use.processes)),
    ]),
    'nothing runs',
  )

/** What comes first in a list of what is used. */
export type Order = 'cpu' | 'memory' | 'net'

/**
 * The whole cluster on one screen of so many rows: a line a worker, and below the instances that use most. Rates of the
 * network need what was before; without it they are not shown.
 */
export const renderTop = (
  now: ClusterUse,
  before: ClusterUse | null,
  order: Order,
  rows: number,
  look: EventLook,
): readonly string[] => {
  const { colours } = look
  const rates = ratesOf(now, before)
  const rateOf = ({ id }: InstanceUse): number => (rates.get(id)?.in ?? 0) + (rates.get(id)?.out ?? 0)
  const by: Record<Order, (use: InstanceUse) => number> = {
    cpu: ({ cpuMilli }) => cpuMilli,
    memory: ({ memoryBytes }) => memoryBytes,
    net: rateOf,
  }
  const sorted = [...now.instances].sort((a, b) => by[order](b) - by[order](a) || (a.id < b.id ? -1 : 1))
  const workers = renderTable(
    ['WORKER', 'STATE', 'CPU', 'MEMORY', 'DISK', 'INSTANCES'],
    now.workers.map(workerRow(look)),
    'no workers',
  )
  const instances = renderTable(
    ['INSTANCE', 'WORKER', 'CPU', 'MEMORY', 'OF LIMIT', 'NET IN', 'NET OUT', 'PROCESSES'],
    sorted.map((use) => [
      use.id,
      use.worker,
      right(percentOfCpu(use.cpuMilli)),
      right(formatBytes(use.memoryBytes)),
      right(use.memoryLimitBytes === null ? '-' : share(use.memoryBytes, use.memoryLimitBytes)),
      right(rateText(rates.get(use.id)?.in)),
      right(rateText(rates.get(use.id)?.out)),
      right(use.processes === null ? '-' : String(use.processes)),
    ]),
    'nothing runs',
  )
  const upper = headed(workers.split('\n'), Math.max(4, Math.floor(rows / 3)), colours.bold)
  return [...upper, '', ...headed(instances.split('\n'), Math.max(4, rows - upper.length - 1), colours.bold)]
}

/** A table with its head in bold, cut to so many lines; the last says how many more there are. */
const headed = (lines: readonly string[], most: number, bold: (text: string) => string): string[] => {
  const [head = '', ...rest] = lines
  if (lines.length <= most) return [bold(head), ...rest]
  return [bold(head), ...rest.slice(0, most - 2), `... and ${rest.length - (most - 2)} more`]
}

const workerRow =
  ({ colours }: EventLook) =>
  (worker: WorkerReply): (Cell | string)[] => {
    const { used, capacity } = worker
    const part = (key: 'cpuMilli' | 'memoryBytes' | 'diskBytes'): Cell =>
      right(used === null ? '-' : share(used[key], capacity[key]))
    return [
      worker.name,
      { text: standOf(worker), paint: paintState(colours, worker.state) },
      part('cpuMilli'),
      part('memoryBytes'),
      part('diskBytes'),
      right(String(worker.instances)),
    ]
  }

interface Rate {
  readonly in: number
  readonly out: number
}

const rateText = (perSecond: number | undefined): string =>
  perSecond === undefined ? '-' : `${formatBytes(Math.round(perSecond))}/s`

/** By instance, bytes a second between the two; nothing for one that began anew. */
const ratesOf = (now: ClusterUse, before: ClusterUse | null): ReadonlyMap<string, Rate> => {
  const rates = new Map<string, Rate>()
  const seconds = before === null ? 0 : (now.at - before.at) / 1000
  const earlier = new Map(before?.instances.map((use) => [use.id, use]))
  for (const { id, attempt, receivedBytes, sentBytes } of now.instances) {
    const last = earlier.get(id)
    if (seconds <= 0 || last?.attempt !== attempt || receivedBytes === null || sentBytes === null) continue
    if (last.receivedBytes === null || last.sentBytes === null) continue
    const rate = (from: number, to: number): number => Math.max(0, to - from) / seconds
    rates.set(id, { in: rate(last.receivedBytes, receivedBytes), out: rate(last.sentBytes, sentBytes) })
  }
  return rates
}
