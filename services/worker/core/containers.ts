import type { AttemptRef } from '#libs/drivers'
import { instanceId, NONE } from '#libs/kernel'
import { type Assignment, refOf } from './assignment'
import { assignmentOf, type Held, type WorkerView } from './view'

/** The containers of an instance, of whatever placement. */
export const containersOf = (view: WorkerView, id: string): readonly Held[] => view.containers.get(id) ?? NONE

/** The container of an attempt, if there is one. */
export const heldOf = (view: WorkerView, ref: AttemptRef): Held | undefined => heldAs(view, instanceId(ref), ref)

/** The same of the instance of that id. */
const heldAs = (view: WorkerView, id: string, ref: AttemptRef): Held | undefined =>
  view.containers.get(id)?.find((held) => isOf(held, ref))

/** Whether it is that attempt's own, or the same hook's. A placement is of one instance alone. */
export const isOf = ({ ref }: Held, { placement, attempt, hook }: AttemptRef): boolean =>
  ref.placement === placement && ref.attempt === attempt && ref.hook === hook

/** The same for the same attempt of the same placement, and for the same hook of it. */
export const keyOf = (ref: AttemptRef): string =>
  `${instanceId(ref)}/${ref.placement}/${ref.attempt}${ref.hook === undefined ? '' : `/${ref.hook}`}`

/** Notes a container that is there, or is about to be. */
export const hold = (view: WorkerView, held: Omit<Held, 'generation' | 'stuck'>): Held => {
  const id = instanceId(held.ref)
  view.generation += 1
  const stored: Held = { ...held, stuck: false, generation: view.generation }
  view.containers.set(id, [...containersOf(view, id), stored])
  view.touched.add(id)
  return stored
}

/** Notes that a container is gone, also for listings that began while it was there. */
export const drop = (view: WorkerView, held: Held): void => {
  const { ref, driver } = held
  const id = instanceId(ref)
  const others = containersOf(view, id).filter((other) => other !== held)
  view.generation += 1
  view.dropped.set(keyOf(ref), { driver, generation: view.generation })
  if (others.length > 0) view.containers.set(id, others)
  else view.containers.delete(id)
  view.touched.add(id)
}

/** Whether a container is that of an assignment which the log has beside this one. */
export const isOfAnother = (view: WorkerView, assignment: Assignment, { ref }: Held): boolean => {
  const owner = assignmentOf(view, ref)
  return owner !== undefined && owner !== assignment && owner.wanted !== 'gone'
}

/** The container of an assignment's attempt itself, if it has one. */
export const currentOf = (view: WorkerView, assignment: Assignment): Held | undefined =>
  heldAs(view, assignment.id, refOf(assignment))
