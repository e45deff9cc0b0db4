import { formatConstraint, type TaskSpec } from '#libs/spec'

const known = new WeakMap<TaskSpec, string>()

/** All that a task asks of a worker, as one text: tasks of the same text fit on the same workers. */
export const needsOf = (spec: TaskSpec): string => {
  const before = known.get(spec)
  if (before !== undefined) return before
  const { cpuMilli, memoryBytes, diskBytes } = spec.resources
  const ports = spec.ports.flatMap(({ hostPort, hostPortRange: range, protocol }) => {
    if (range !== undefined) return [`${range.from}-${range.to}/${protocol}`]
    return hostPort === 0 ? [] : [`${hostPort}/${protocol}`]
  })
  const devices = Object.entries(spec.resources.devices ?? {}).map(([name, count]) => `${count} ${name}`)
  const volumes = (spec.volumes ?? []).flatMap(({ type, source }) => (type === 'volume' ? [`"${source}"`] : []))
  const more = [ports, devices, volumes].flatMap((each) => each.sort())
  const needs = `${siteOf(spec)} ${cpuMilli} ${memoryBytes} ${diskBytes} ${more.join(' ')}`
  known.set(spec, needs)
  return needs
}

const sites = new WeakMap<TaskSpec, string>()

/** Of that, what a worker has or has not, whatever is placed there. */
export const siteOf = (spec: TaskSpec): string => {
  const before = sites.get(spec)
  if (before !== undefined) return before
  const { driver, constraints = [] } = spec
  const site = [driver, ...constraints.map(formatConstraint).sort()].join('\n')
  sites.set(spec, site)
  return site
}
