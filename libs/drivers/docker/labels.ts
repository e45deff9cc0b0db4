import type { PortSpec } from '#libs/spec'
import { type AttemptRef, type ContainerSpec, containerName, type Owner, type PublishedPort } from '../port'

export type Labels = Readonly<Record<string, string>>

/** On all that was made for a cluster: its containers, networks and volumes. */
export const CLUSTER = 'ork.cluster'
const PORT = 'ork.port.'
/** How the engine names a port inside the container. */
export const portKey = (port: Pick<PortSpec, 'port' | 'protocol'>): string => `${port.port}/${port.protocol}`

const refLabels = (ref: AttemptRef): Labels => ({
  'ork.job': ref.job,
  'ork.task': ref.task,
  'ork.index': String(ref.index),
  'ork.attempt': String(ref.attempt),
  'ork.placement': String(ref.placement),
  ...(ref.hook === undefined ? {} : { 'ork.hook': ref.hook }),
})

/** All that must be known to adopt the container later. */
export const labelsOf = (spec: ContainerSpec): Labels => ({
  [CLUSTER]: spec.owner.cluster,
  'ork.worker': spec.owner.worker,
  ...refLabels(spec.ref),
  ...Object.fromEntries(spec.ports.map((port) => [`${PORT}${port.name}`, portKey(port)])),
})

/** The `label` filter of the engine's listings and events. */
export const ownerFilter = (owner: Owner): string[] => [`${CLUSTER}=${owner.cluster}`, `ork.worker=${owner.worker}`]

/** The same for one attempt, of whichever owner. */
export const refFilter = (ref: AttemptRef): string[] =>
  Object.entries(refLabels(ref)).map(([label, value]) => `${label}=${value}`)

/** Undefined for a container that ork did not make. */
export const ownerOf = (labels: Labels): Owner | undefined => {
  const { [CLUSTER]: cluster, 'ork.worker': worker } = labels
  return cluster === undefined || worker === undefined ? undefined : { cluster, worker }
}

/** Undefined for a container that ork did not make. */
export const refOf = (labels: Labels): AttemptRef | undefined => {
  const { 'ork.job': job, 'ork.task': task, 'ork.index': index } = labels
  const { 'ork.attempt': attempt, 'ork.placement': placement, 'ork.hook': hook } = labels
  if (job === undefined || task === undefined || index === undefined) return undefined
  if (attempt === undefined || placement === undefined) return undefined
  const ref = { job, task, index: Number(index), attempt: Number(attempt), placement: Number(placement) }
  return hook === undefined ? ref : { ...ref, hook }
}

/** The named ports with the host ports that `hostPortOf` finds for them. */
export const publishedPorts = (
  labels: Labels,
  hostPortOf: (key: string) => number | undefined,
): readonly PublishedPort[] =>
  Object.entries(labels).flatMap(([label, key]) => {
    const hostPort = label.startsWith(PORT) ? hostPortOf(key) : undefined
    return hostPort === undefined ? [] : [{ name: label.slice(PORT.length), hostPort }]
  })

/** Whose container it is, for people. */
export const describeOwner = (labels: Labels): string => {
  const owner = ownerOf(labels)
  const ref = refOf(labels)
  if (owner === undefined || ref === undefined) return 'a container that ork did not make'
  return `${containerName(ref)} of worker ${owner.worker} in cluster ${owner.cluster}`
}
