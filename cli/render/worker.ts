import type { WorkerDetailReply, WorkerReply } from '#libs/api'
import type { WorkerSummary } from '#libs/cluster'
import { formatBytes, formatCpu, type Resources } from '#libs/kernel'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { renderInstances } from './instance'
import { paintState } from './state'
import { type Cell, renderPairs, renderTable } from './table'
import { age, relativeAndAbsolute } from './time'

/** Without those that were given up, unless all are asked for. */
export const listed = <W extends Pick<WorkerSummary, 'state'>>(workers: readonly W[], all: boolean): readonly W[] =>
  all ? workers : workers.filter(({ state }) => state !== 'forgotten')

/** A line a worker: what it has promised of what it has. */
export const renderWorkers = (workers: readonly WorkerReply[], look: EventLook): string =>
  renderTable(
    ['NAME', 'STATE', 'HEARD', 'INSTANCES', 'CPU', 'MEMORY', 'DISK', 'DRIVERS', 'HOST'],
    workers.map((worker): (Cell | string)[] => [
      worker.name,
      { text: standOf(worker), paint: paintState(look.colours, worker.state) },
      heard(worker),
      { text: String(worker.instances), align: 'right' },
      share(worker, 'cpuMilli', formatCpu),
      share(worker, 'memoryBytes', formatBytes),
      share(worker, 'diskBytes', formatBytes),
      drivers(worker),
      worker.host,
    ]),
    'no workers yet; start one with `ork worker`',
  )

const drivers = ({ drivers, silentDrivers }: WorkerReply): string =>
  drivers.map((name) => (silentDrivers.includes(name) ? `${name} (does not answer)` : name)).join(', ')

/** `ready`, `ready, draining`. */
export const standOf = ({ state, intake }: Pick<WorkerSummary, 'state' | 'intake'>): string =>
  intake === 'open' ? state : `${state}, ${intake}`

const heard = ({ silentMs }: WorkerReply): string => {
  if (silentMs === null) return 'never'
  return silentMs < 1000 ? 'just now' : `${age(silentMs)} ago`
}

const share = (worker: WorkerReply, key: keyof Resources, format: (n: number) => string): string =>
  `${format(worker.reserved[key])}/${format(worker.capacity[key])}`

/** `linux, amd64, kernel 6.1.0` */
const machineOf = ({ platform: { os, arch, kernel } }: WorkerReply): string =>
  [os, arch, kernel === undefined ? undefined : `kernel ${kernel}`]
    .flatMap((part) => (part === undefined ? [] : [escapeText(part)]))
    .join(', ') || 'unknown'

/** ` (2 times over)` */
const timesOver = ({ overcommit }: WorkerReply, key: keyof Resources): string =>
  overcommit[key] === undefined ? '' : ` (${overcommit[key] / 100} times over)`

/** One worker: its means, who uses them, and what is placed there. */
export const renderWorker = (worker: WorkerDetailReply, look: EventLook): string => {
  const labels = Object.entries(worker.labels).map(([key, value]) => escapeText(`${key}=${value}`))
  const head = renderPairs([
    ['Worker', look.colours.bold(escapeText(worker.name))],
    ['State', paintState(look.colours, worker.state)(standOf(worker))],
    ['Since', relativeAndAbsolute(worker.since, look)],
    ['Heard', heard(worker)],
    ['Host', escapeText(worker.host)],
    ['Version', escapeText(worker.version)],
    ['Drivers', drivers(worker)],
    ['Machine', machineOf(worker)],
    ...(worker.sharesPortsWith.length === 0
      ? []
      : [['Host ports', escapeText(`shared with ${worker.sharesPortsWith.join(', ')}`)] as const]),
    ['Labels', labels.length === 0 ? 'none' : labels.join(', ')],
    ...(worker.volumes.length === 0 ? [] : [['Volumes', escapeText(worker.volumes.join(', '))] as const]),
  ])
  const line = (name: string, key: keyof Resources, format: (n: number) => string): (Cell | string)[] => [
    name,
    { text: `${format(worker.capacity[key])}${timesOver(worker, key)}`, align: 'right' },
    { text: format(worker.reserved[key]), align: 'right' },
    { text: worker.used === null ? '-' : format(worker.used[key]), align: 'right' },
  ]
  const means = renderTable(
    ['', 'CAPACITY', 'RESERVED', 'MEASURED'],
    [
      line('cpu', 'cpuMilli', formatCpu),
      line('memory', 'memoryBytes', formatBytes),
      line('disk', 'diskBytes', formatBytes),
      ...Object.entries(worker.devices).map(([name, { capacity, reserved }]): (Cell | string)[] => [
        escapeText(name),
        { text: String(capacity), align: 'right' },
        { text: String(reserved), align: 'right' },
        { text: '-', align: 'right' },
      ]),
    ],
    '',
  )
  const containers = worker.containers.map(({ instance, cpuMilli, memoryBytes }) => [
    instance,
    formatCpu(cpuMilli),
    formatBytes(memoryBytes),
  ])
  const troubles = worker.troubles.map((what) => `${look.colours.red('!')} ${escapeText(what)}`)
  const sections = [head, ...troubles, means, renderInstances(worker.running, look, 'nothing is placed on it')]
  if (containers.length > 0) sections.push(renderTable(['CONTAINER OF', 'CPU', 'MEMORY'], containers, ''))
  return sections.join('\n\n')
}
