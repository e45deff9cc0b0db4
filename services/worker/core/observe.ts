import type { AttemptRef, Container, DriverError } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { DriverName } from '#libs/spec'
import type { Assignment } from './assignment'
import { drop, heldOf, hold, isOf, keyOf } from './containers'
import type { Observation } from './dialogue'
import { assignmentOf, type Held, touchAll, type WorkerView } from './view'

/** Takes note of what the engine did or said. What follows from it is decided by `decide`. */
export const observe = (view: WorkerView, seen: Observation): void => {
  switch (seen.tag) {
    case 'Listed':
      return listed(view, seen.driver, seen.begun, seen.containers)
    case 'Unreachable':
      return doubt(view, seen.driver)
    case 'Exited': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined) update(view, held, { state: 'exited', exit: seen.exit })
      return
    }
    case 'Vanished': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined && held.busy === null) drop(view, held)
      return
    }
    case 'Health': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined) update(view, held, { health: seen.health })
      return
    }
    case 'Probed':
      return probed(view, seen)
    case 'Ran':
      return ran(view, seen.ref, seen.container)
    case 'NotRun': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined) drop(view, held)
      return fail(view, seen.driver, seen.ref, seen.error)
    }
    case 'Pulling': {
      const assignment = currentAt(view, seen.ref)
      const { image, doneBytes, totalBytes } = seen
      if (assignment?.pull === 'underWay') assignment.progress = { image, doneBytes, totalBytes }
      return
    }
    case 'Pulled': {
      const assignment = currentAt(view, seen.ref)
      if (assignment !== undefined) assignment.pull = outcomeOf(seen.error)
      if (seen.error !== null) fail(view, seen.driver, seen.ref, seen.error)
      return
    }
    case 'StopDone': {
      const held = heldOf(view, seen.ref)
      if (held === undefined) return
      if ('exitCode' in seen.exit) return update(view, held, { state: 'exited', exit: seen.exit, busy: null })
      return notDone(view, held, seen.exit)
    }
    case 'RemoveDone': {
      const held = heldOf(view, seen.ref)
      if (held === undefined) return
      return seen.error === null ? drop(view, held) : notDone(view, held, seen.error)
    }
  }
}

/** What only the way to the engine kept from us is worth another try. */
const outcomeOf = (error: DriverError | null): Assignment['pull'] => {
  if (error === null) return 'done'
  return error.tag === 'Unreachable' ? null : 'failed'
}

/** What it found counts where the container that was looked at is still the current one, and runs. */
const probed = (view: WorkerView, { ref, driver, found }: Extract<Observation, { tag: 'Probed' }>): void => {
  view.probes.underWay.delete(keyOf(ref))
  if ('tag' in found && found.tag === 'Unreachable') doubt(view, driver)
  const assignment = currentAt(view, ref)
  if (assignment !== undefined && heldOf(view, ref)?.state === 'running') assignment.probed = found
}

/** The assignment that is at that very attempt; something is to be decided about it. */
const currentAt = (view: WorkerView, ref: AttemptRef): Assignment | undefined => {
  const assignment = assignmentOf(view, ref)
  if (assignment?.attempt !== ref.attempt) return undefined
  view.touched.add(assignment.id)
  return assignment
}

/**
 * An engine that cannot be reached says nothing about the instance, nor does one that has a container in the way that we
 * do not know of: it is to list what it has. Any other trouble is the instance's own.
 */
const fail = (view: WorkerView, driver: DriverName, ref: AttemptRef, error: DriverError): void => {
  const assignment = currentAt(view, ref)
  if (error.tag === 'Unreachable' || error.tag === 'Leftover') doubt(view, driver)
  else if (assignment !== undefined) assignment.trouble = { error, hook: ref.hook ?? null }
}

/** A stop or a removal failed: an engine out of reach is asked again when it is back, a refusal after a while. */
const notDone = (view: WorkerView, held: Held, error: DriverError): void => {
  if (error.tag === 'Unreachable') doubt(view, held.driver)
  update(view, held, { busy: null, stuck: error.tag !== 'Unreachable' })
}

const update = (view: WorkerView, held: Held, change: Partial<Held>): void => {
  view.generation += 1
  Object.assign(held, change, { generation: view.generation })
  view.touched.add(instanceId(held.ref))
}

/** A run may end before its start was answered: what the engine's events said since stays true. */
const ran = (view: WorkerView, ref: AttemptRef, container: Container): void => {
  const held = heldOf(view, ref)
  if (held === undefined) return
  const over = held.state === 'exited'
  update(view, held, {
    id: container.id,
    ports: container.ports,
    busy: null,
    health: held.health ?? container.health ?? null,
    state: over ? 'exited' : container.state,
    exit: over ? held.exit : (container.exit ?? null),
  })
}

/** The engine's whole truth, but for what has happened or begun since the listing started. */
const listed = (view: WorkerView, driver: DriverName, begun: number, containers: readonly Container[]): void => {
  const seen = new Set<Held>()
  const all = [...view.containers.values()].flat()
  const known = new Map(all.map((held) => [held.id, held]))
  for (const { ref, id, state, exit, ports, health = null } of containers) {
    const same = known.get(id)
    const held = same !== undefined && isOf(same, ref) ? same : heldOf(view, ref)
    if (held === undefined) {
      const gone = (view.dropped.get(keyOf(ref))?.generation ?? 0) > begun
      if (!gone) hold(view, { ref, driver, id, state, exit: exit ?? null, ports, health, busy: null })
      continue
    }
    seen.add(held)
    if (held.busy === null && held.generation <= begun && (held.state !== state || held.health !== health)) {
      update(view, held, { id, state, exit: exit ?? null, ports, health })
    }
  }
  for (const held of all) {
    if (held.driver !== driver) continue
    if (held.stuck) update(view, held, { stuck: false })
    else if (!seen.has(held) && held.busy === null && held.generation <= begun) drop(view, held)
  }
  for (const [key, gone] of view.dropped) {
    if (gone.driver === driver && gone.generation <= begun) view.dropped.delete(key)
  }
  trust(view, driver, begun)
}

const doubt = (view: WorkerView, driver: DriverName): void => {
  const engine = view.engines.get(driver)
  if (engine === undefined) return
  view.generation += 1
  engine.state = 'unreachable'
  engine.doubtedAt = view.generation
}

/** A listing that began before the last doubt may miss what was done since: it is no ground to act on. */
const trust = (view: WorkerView, driver: DriverName, begun: number): void => {
  const engine = view.engines.get(driver)
  if (engine === undefined || engine.state === 'listed' || begun < engine.doubtedAt) return
  engine.state = 'listed'
  touchAll(view)
  for (const id of view.containers.keys()) view.touched.add(id)
}
