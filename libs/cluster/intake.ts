import type { EventOf, OrkEvent } from '#libs/events'
import type { Intake, Worker } from './model/worker'

export type IntakeEvent = EventOf<'WorkerCordoned' | 'WorkerUncordoned' | 'WorkerDraining' | 'WorkerDrained'>

/** For each event, from which intake it leads to which. */
const STEPS: Readonly<Record<IntakeEvent['type'], Partial<Record<Intake, Intake>>>> = {
  WorkerCordoned: { open: 'cordoned' },
  WorkerUncordoned: { cordoned: 'open', draining: 'open', drained: 'open' },
  WorkerDraining: { open: 'draining', cordoned: 'draining', draining: 'draining', drained: 'draining' },
  WorkerDrained: { draining: 'drained' },
}

export const isIntake = (event: OrkEvent): event is IntakeEvent => Object.hasOwn(STEPS, event.type)

/** Folds what is wanted of a worker, whether it is there or not; returns whether it was a legal step. */
export const stepIntake = (worker: Worker, event: IntakeEvent): boolean => {
  const to = STEPS[event.type][worker.intake]
  if (to === undefined) return false
  worker.intake = to
  worker.drainDeadlineMs = event.type === 'WorkerDraining' ? event.data.deadlineMs : null
  return true
}
