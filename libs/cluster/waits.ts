import type { DependencyCondition } from '#libs/spec'
import { isUp } from './lifecycle'
import type { Job, Task } from './model/job'
import { isWanted } from './queries'
import { hasReschedules } from './reschedule'

/** How many instances of a task are under way, that is: have a place. */
export const underWay = ({ counts }: Task): number =>
  counts.scheduled + counts.starting + counts.running + counts.exited + counts.stopping

/**
 * Why no instance of a task may be placed now, whatever room there is; null: nothing is against it. `promised`: how many
 * are being placed that the log does not tell of yet.
 */
export const whyHeld = (task: Task, promised = 0): string | null => {
  const { parallelism } = task.spec
  if (waitsForStopped(task.job)) return 'waits for the run before it to have stopped'
  if (parallelism !== undefined && underWay(task) + promised >= parallelism) {
    return `${parallelism} at a time, and so many are under way`
  }
  return whyWaiting(task)
}

/** Whether a run that must not overlap with another one waits for what is left of that. */
const waitsForStopped = ({ kind, spec, tasks }: Job): boolean => {
  if (kind !== 'cron' || spec.cron?.overlap === 'allow') return false
  for (const { counts, instances } of tasks.values()) {
    if (counts.stopping === 0) continue // all that is placed and not wanted is stopping
    for (const instance of instances.made()) if (instance.state === 'stopping' && !isWanted(instance)) return true
  }
  return false
}

/** Which task of its job a task waits for, and to do what; null: none. */
export const whyWaiting = (task: Task): string | null => {
  const unmet = firstUnmet(task)
  return unmet === null ? null : `waits for ${unmet.on.name} ${TO[unmet.condition]}`
}

const TO: Readonly<Record<DependencyCondition, string>> = {
  started: 'to have started',
  healthy: 'to be healthy',
  completed: 'to have completed',
}

interface Unmet {
  readonly on: Task
  readonly condition: DependencyCondition
}

const firstUnmet = ({ job, spec }: Task): Unmet | null => {
  for (const [name, condition] of Object.entries(spec.dependsOn ?? {})) {
    const on = job.tasks.get(name)
    if (on !== undefined && !isMet(on, condition)) return { on, condition }
  }
  return null
}

/** A task of which no instance is wanted keeps nobody waiting. */
const isMet = (on: Task, condition: DependencyCondition): boolean => {
  const { counts, replicas, unready } = on
  if (on.job.kind === 'cron') return isMetInRun(on, condition)
  if (replicas === 0) return true
  switch (condition) {
    case 'started':
      return counts.running + counts.completed > 0
    case 'healthy':
      return counts.running - unready + counts.completed > 0
    case 'completed':
      return counts.completed >= replicas && hasCompleted(on)
  }
}

/** Of the run that is under way: those before it, which left their instances there, count for nothing. */
const isMetInRun = ({ instances }: Task, condition: DependencyCondition): boolean => {
  const own = [...instances.made()].filter(isWanted)
  switch (condition) {
    case 'started':
      return own.length === 0 || own.some(({ state }) => state === 'running' || state === 'completed')
    case 'healthy':
      return own.length === 0 || own.some(isUp)
    case 'completed':
      return own.every(({ state }) => state === 'completed')
  }
}

/** Among those that have completed may be some that are no longer wanted. */
const hasCompleted = ({ instances, replicas }: Task): boolean => {
  let completed = 0
  for (const instance of instances.made()) {
    if (isWanted(instance) && instance.state === 'completed') completed += 1
  }
  return completed >= replicas
}

/** The task that a task waits for in vain, as that has ended otherwise; null: there is hope. */
export const waitsInVainFor = (task: Task): Task | null => {
  const unmet = firstUnmet(task)
  if (unmet === null) return null
  return hasEnded(unmet.on) ? unmet.on : waitsInVainFor(unmet.on)
}

/** Nothing of it waits or runs any more, or will again. */
export const hasEnded = (task: Task): boolean =>
  task.counts.pending + underWay(task) + task.retiring === 0 && !hasReschedules(task)
