import { addResources, formatResource, NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import type { Assignment } from './assignment'
import type { WorkerView } from './view'

/**
 * The worker's own word on what it was given: never more than it has, whatever the scheduler believed. What runs
 * already is never turned out; null means welcome.
 */
export const admit = (view: WorkerView, assignment: Assignment): string | null => {
  if (assignment.restarts > 0) return null // a restart in place keeps its place
  const { capacity } = view
  if (capacity === null) return null
  const devices: Record<string, number> = { ...assignment.spec.resources.devices }
  const all = view.cluster.workers.get(view.name)?.reserved
  const isRoomForAll = all !== undefined && shortOf(all, capacity) === undefined
  if (isRoomForAll && Object.keys(devices).length === 0) return null // as nearly always: nobody need be looked at
  let promised: Resources = NO_RESOURCES
  for (const placements of view.assignments.values()) {
    for (const other of placements) {
      if (other.wanted !== 'gone' && other.placedSeq < assignment.placedSeq) {
        promised = addResources(promised, other.spec.resources)
        for (const name of Object.keys(devices)) {
          devices[name] = (devices[name] ?? 0) + (other.spec.resources.devices?.[name] ?? 0)
        }
      }
    }
  }
  const needed = addResources(promised, assignment.spec.resources)
  const short = shortOf(needed, capacity)
  if (short !== undefined) {
    const [asked, has] = [needed, capacity].map((amounts) => formatResource(short, amounts[short]))
    return `no room: ${asked} would be promised of ${has}`
  }
  const device = Object.keys(devices).find((name) => (devices[name] ?? 0) > (view.devices[name] ?? 0))
  if (device === undefined) return null
  return `no room: ${devices[device]} ${device} would be promised of ${view.devices[device] ?? 0}`
}

/** A resource of which there is less than is needed. */
const shortOf = (needed: Resources, capacity: Resources) => RESOURCE_NAMES.find((name) => needed[name] > capacity[name])
