import { describeUnhealthy, type Now } from '#libs/cluster'
import type { DriverError, Probed } from '#libs/drivers'
import { hashFraction } from '#libs/kernel'
import { fillIn, type HealthSpec, type Probe, probeOf } from '#libs/spec'
import { type Assignment, refOf } from './assignment'
import { judge } from './check'
import { keyOf } from './containers'
import { attemptOf, tell } from './facts'
import type { Held, WorkerView } from './view'
import type { Work } from './work'

/** What is not up yet is looked at so often, where its interval is longer: it is not to wait longer than it takes. */
const STARTING_EVERY_MS = 500

/** Of all instances of a worker, at most so many are probed at once; the others wait their turn. */
export const PROBES_AT_ONCE = 16

/** Whether a container that has just started is checked: by its task, or by what its image says. */
export const isChecked = ({ spec: { health } }: Assignment, held: Held): boolean =>
  health === undefined ? held.health !== null : health.disable !== true

/** Finds out how a running container is, and tells it when that has changed; unhealthy is the last word on an attempt. */
export const watchHealth = (view: WorkerView, assignment: Assignment, held: Held, now: Now, work: Work): void => {
  if (assignment.health === null || assignment.health === 'unhealthy') return
  if (assignment.spec.health !== undefined) return probe(view, assignment, held, now, work)
  if (held.health === null || held.health === 'starting' || held.health === assignment.health) return
  become(assignment, held.health, held.health === 'healthy' ? null : 'its HEALTHCHECK fails', work)
}

const become = (assignment: Assignment, health: 'healthy' | 'unhealthy', reason: string | null, work: Work): void => {
  assignment.health = health
  assignment.unhealthyWhy = health === 'healthy' ? null : describeUnhealthy(reason)
  const data = { ...attemptOf(assignment, assignment.attempt), health, reason }
  tell(work, assignment, { type: 'TaskHealthChanged', data }, `/${health}`)
}

const probe = (view: WorkerView, assignment: Assignment, held: Held, now: Now, work: Work): void => {
  const wanted = probeOf(assignment.spec)
  const spec = assignment.spec.health
  if (wanted === null || spec === undefined) return
  const { probed } = assignment
  if (probed !== null) conclude(assignment, spec, probed, now, work)
  const ref = refOf(assignment)
  const key = keyOf(ref)
  const { underWay, waiting } = view.probes
  if (assignment.health === 'unhealthy' || underWay.has(key)) return
  const { dueAt } = assignment.check
  if (dueAt === 0 || now.mono < dueAt) return wait(view, assignment, spec, now)
  if (underWay.size >= PROBES_AT_ONCE) return void waiting.add(assignment.id)
  underWay.add(key)
  const { driver } = assignment.spec
  work.effects.push({ tag: 'Probe', driver, ref, probe: filledIn(wanted, view, held), timeoutMs: spec.timeoutMs })
}

/** A command may ask for facts of its instance, as that itself may. */
const filledIn = (probe: Probe, { name: worker }: WorkerView, { ref, ports }: Held): Probe => {
  if (probe.tag !== 'Command') return probe
  const facts = { ...ref, worker, ports: Object.fromEntries(ports.map(({ name, hostPort }) => [name, hostPort])) }
  return { ...probe, command: probe.command.map((text) => fillIn(text, facts)) }
}

const wait = (view: WorkerView, assignment: Assignment, spec: HealthSpec, { mono }: Now): void => {
  if (assignment.check.dueAt === 0) assignment.check = { ...assignment.check, dueAt: nextDue(assignment, spec, mono) }
  const { dueAt } = assignment.check
  if (assignment.checkAlarmAt === dueAt) return
  assignment.checkAlarmAt = dueAt
  view.alarms.push({ at: dueAt, id: assignment.id })
}

/**
 * The next time after `mono` at which an attempt is looked at: every interval from its start on, each attempt at a point
 * of it that follows from its name, so that those of many are spread out.
 */
const nextDue = (assignment: Assignment, { intervalMs }: HealthSpec, mono: number): number => {
  const every = assignment.health === 'starting' ? Math.min(intervalMs, STARTING_EVERY_MS) : intervalMs
  const first = assignment.startedAt + hashFraction(keyOf(refOf(assignment))) * every
  return first + Math.max(0, Math.floor((mono - first) / every) + 1) * every
}

/** What a probe has found is taken into account; that an engine does not answer says nothing about the instance. */
const conclude = (
  assignment: Assignment,
  spec: HealthSpec,
  found: Probed | DriverError,
  { mono }: Now,
  work: Work,
): void => {
  assignment.probed = null
  const before = assignment.check
  const isSilent = 'tag' in found && found.tag === 'Unreachable'
  const { check, verdict } = isSilent
    ? { check: before, verdict: null }
    : judge(spec, before, {
        ok: 'ok' in found && found.ok,
        health: assignment.health,
        mono,
        startedAt: assignment.startedAt,
      })
  if (verdict !== null) become(assignment, verdict, verdict === 'healthy' ? null : wordsOf(found), work)
  assignment.check = { ...check, dueAt: nextDue(assignment, spec, mono) }
}

const wordsOf = (found: Probed | DriverError): string => ('ok' in found ? found.detail : found.what)

/** As many of those that wait to be probed as there is room for are looked at again. */
export const callWaiting = ({ probes: { underWay, waiting }, touched }: WorkerView): void => {
  let room = PROBES_AT_ONCE - underWay.size
  for (const id of waiting) {
    if (room <= 0) return
    room -= 1
    waiting.delete(id)
    touched.add(id)
  }
}
