import { addResources, NO_RESOURCES, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import type { Assignment, WorkerView } from './view'

/**
 * The worker's own word on what it was given: never more than it has, whatever the scheduler believed. What runs
 * already is never turned out; null means welcome.
 */
export const admit = (view: WorkerView, assignment: Assignment): string | null => {
  if (assignment.restarts > 0) return null // a restart in place keeps its place
  const { capacity } = view
  if (capacity === null) return null
  let promised: Resources = NO_RESOURCES
  for (const placements of view.assignments.values()) {
    for (const other of placements.values()) {
      if (other.wanted !== 'gone' && other.placedSeq < assignment.placedSeq) {
        promised = addResources(promised, other.spec.resources)
      }
    }
  }
  const needed = addResources(promised, assignment.spec.resources)
  const short = RESOURCE_NAMES.find((name) => needed[name] > capacity[name])
  return short === undefined ? null : `no room: ${short} ${needed[short]} would be promised of ${capacity[short]}`
}
