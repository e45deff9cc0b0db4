import type { AttemptRef, Container, DriverError } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { DriverName } from '#libs/spec'
import { type Assignment, drop, type Held, heldOf, hold, type Observation, type WorkerView } from './view'

/** Takes note of what the engine did or said. What follows from it is decided by `decide`. */
export const observe = (view: WorkerView, seen: Observation): void => {
  switch (seen.tag) {
    case 'Listed':
      return listed(view, seen.driver, seen.begun, seen.containers)
    case 'Unreachable':
      return setEngine(view, seen.driver, 'unreachable')
    case 'Exited': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined) update(view, held, { state: 'exited', exit: seen.exit })
      return
    }
    case 'Vanished': {
      const held = heldOf(view, seen.ref)
      if (held !== undefined && held.busy === null) drop(view, seen.ref)
      return
    }
    case 'Ran':
      return ran(view, seen.ref, seen.container)
    case 'NotRun':
      drop(view, seen.ref)
      return fail(view, seen.driver, seen.ref, seen.error)
    case 'Pulling': {
      const assignment = assignmentOf(view, seen.ref)
      if (assignment !== undefined) assignment.progress = { doneBytes: seen.doneBytes, totalBytes: seen.totalBytes }
      return
    }
    case 'Pulled': {
      const assignment = assignmentOf(view, seen.ref)
      if (assignment?.phase === 'pulling') assignment.phase = 'idle'
      if (seen.error !== null) return fail(view, seen.driver, seen.ref, seen.error)
      if (assignment !== undefined) assignment.pulled = true
      return
    }
    case 'StopDone': {
      const held = heldOf(view, seen.ref)
      if (held === undefined) return
      if ('exitCode' in seen.exit) return update(view, held, { state: 'exited', exit: seen.exit, busy: null })
      setEngine(view, seen.driver, 'unreachable')
      return update(view, held, { busy: null })
    }
    case 'RemoveDone': {
      const held = heldOf(view, seen.ref)
      if (seen.error === null) return drop(view, seen.ref)
      setEngine(view, seen.driver, 'unreachable')
      if (held !== undefined) update(view, held, { busy: null })
      return
    }
  }
}

const assignmentOf = (view: WorkerView, ref: AttemptRef): Assignment | undefined => {
  const id = instanceId(ref)
  const assignment = view.assignments.get(id)
  if (assignment?.attempt !== ref.attempt) return undefined
  view.touched.add(id)
  return assignment
}

/** An engine that cannot be reached says nothing about the instance; any other trouble is the instance's own. */
const fail = (view: WorkerView, driver: DriverName, ref: AttemptRef, error: DriverError): void => {
  const assignment = assignmentOf(view, ref)
  if (error.tag === 'Unreachable') setEngine(view, driver, 'unreachable')
  else if (assignment !== undefined) assignment.trouble = error
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
    state: over ? 'exited' : container.state,
    exit: over ? held.exit : (container.exit ?? null),
  })
}

/** The engine's whole truth, but for what has happened or begun since the listing started. */
const listed = (view: WorkerView, driver: DriverName, begun: number, containers: readonly Container[]): void => {
  const seen = new Set<string>()
  for (const { ref, id, state, exit, ports } of containers) {
    seen.add(`${instanceId(ref)}/${ref.attempt}`)
    const held = heldOf(view, ref)
    if (held === undefined) hold(view, { ref, driver, id, state, exit: exit ?? null, ports, busy: null })
    else if (held.busy === null && held.generation <= begun && held.state !== state) {
      update(view, held, { id, state, exit: exit ?? null, ports })
    }
  }
  for (const attempts of [...view.containers.values()]) {
    for (const held of [...attempts.values()]) {
      const missing = held.driver === driver && !seen.has(`${instanceId(held.ref)}/${held.ref.attempt}`)
      if (missing && held.busy === null && held.generation <= begun) drop(view, held.ref)
    }
  }
  setEngine(view, driver, 'listed')
}

const setEngine = (view: WorkerView, driver: DriverName, state: 'listed' | 'unreachable'): void => {
  const engine = view.engines.get(driver)
  if (engine === undefined || engine.state === state) return
  engine.state = state
  if (state !== 'listed') return
  for (const id of view.assignments.keys()) view.touched.add(id)
  for (const id of view.containers.keys()) view.touched.add(id)
}
