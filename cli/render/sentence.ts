import type { EventOf, OrkEvent } from '#libs/events'
import { formatBytes, formatCpu, formatDuration, type Resources } from '#libs/kernel'
import { whyNot } from './pending'

/** One human sentence of what happened, without whom it happened to. Not escaped yet. */
export const sentenceOf = (event: OrkEvent): string => {
  switch (event.type) {
    case 'JobSubmitted':
      return submitted(event)
    case 'JobStopRequested':
      return `is to stop${event.data.purge ? ', and to be purged' : ''}${by(event)}${because(event.data.reason)}`
    case 'JobTargeted':
      return targeted(event)
    case 'JobRestartRequested':
      return `${restarted(event)}${by(event)}${because(event.data.reason)}`
    case 'CronFired':
      return `run ${event.data.run} begins${by(event)}${because(event.data.reason)}${told(event.data.params)}`
    case 'CronSkipped':
      return `has no run at ${new Date(event.data.scheduledAt).toISOString()}: ${event.data.reason}`
    case 'CronEnded':
      return runEnded(event)
    case 'JobStopped':
      return 'has stopped: its last instance has ended'
    case 'JobCompleted':
      return `has completed: every instance of version ${event.data.version} has succeeded`
    case 'JobFailed':
      return event.data.reason === null
        ? `has failed: ${count(event.data.failed, 'instance')} of version ${event.data.version} ended in failure`
        : `has failed: ${event.data.reason}`
    case 'JobPurged':
      return `is purged: nothing of it is left but its history (version ${event.data.version} was its last)`
    case 'JobScaled':
      return `version ${event.data.version} wants ${event.data.replicas} of ${event.data.task}${by(event)}${because(event.data.reason)}`
    case 'JobReverted':
      return `version ${event.data.version} is version ${event.data.to} again${by(event)}${because(event.data.reason)}`
    case 'UpdateStarted':
      return `is updated to version ${event.data.version}: ${count(event.data.replaces, 'instance')} to replace`
    case 'UpdatePaused':
      return `its update to version ${event.data.version} is paused${by(event)}${because(event.data.reason)}`
    case 'UpdateResumed':
      return `its update to version ${event.data.version} goes on${by(event)}${because(event.data.reason)}`
    case 'UpdatePromoted':
      return `the canaries of version ${event.data.version} are promoted${by(event)}${because(event.data.reason)}`
    case 'UpdateSucceeded':
      return `is up to date: version ${event.data.version} runs everywhere and is healthy`
    case 'UpdateFailed':
      return `its update to version ${event.data.version} has failed: ${event.data.reason}`
    case 'TaskScheduled':
      return `is placed on ${event.data.worker} as attempt ${event.data.attempt} (version ${event.data.version})`
    case 'TaskUnplaceable':
      return unplaceable(event)
    case 'TaskRejected':
      return `attempt ${event.data.attempt} was turned down by ${event.data.worker}: ${event.data.reason}`
    case 'TaskPulling':
      return pulling(event)
    case 'TaskHookStarted':
      return `${event.data.stage} ${event.data.hook} of attempt ${event.data.attempt} runs`
    case 'TaskHookEnded':
      return `${event.data.stage} ${event.data.hook} of attempt ${event.data.attempt} ${hookEnd(event)}`
    case 'TaskStarted':
      return started(event)
    case 'TaskHealthChanged':
      return `attempt ${event.data.attempt} is ${event.data.health}${because(event.data.reason)}`
    case 'TaskExited':
      return `attempt ${event.data.attempt} ended ${ending(event.data)}`
    case 'TaskRestarting':
      return `restarts as attempt ${event.data.attempt} ${wait(event.data.delayMs)}: ${event.data.reason}`
    case 'TaskReplaceRequested':
      return `attempt ${event.data.attempt} goes on until a next one is healthy: ${event.data.reason}`
    case 'TaskStopRequested':
      return `attempt ${event.data.attempt} is to stop: ${event.data.reason}`
    case 'TaskPreempted':
      return `attempt ${event.data.attempt} is preempted: it ${event.data.reason}`
    case 'TaskStopped':
      return `attempt ${event.data.attempt} has stopped${stoppedHow(event.data)}${because(event.data.reason)}`
    case 'TaskCompleted':
      return `has completed with attempt ${event.data.attempt}`
    case 'TaskFailed':
      return `has failed with attempt ${event.data.attempt}: ${event.data.reason}`
    case 'TaskLost':
      return `attempt ${event.data.attempt} is lost with ${event.data.worker}: ${event.data.reason}`
    case 'TaskRescheduled':
      return `waits for another place after attempt ${event.data.attempt} failed on ${event.data.worker}: ${event.data.reason}`
    case 'WorkerRegistered':
      return `registered from ${event.data.host}: ${resources(event.data.capacity)}, ${event.data.drivers.join(', ')}`
    case 'WorkerSuspected':
      return `has been silent for ${formatDuration(event.data.silentMs)}: nothing new is placed on it`
    case 'WorkerLost':
      return `is lost, silent for ${formatDuration(event.data.silentMs)}: what its jobs allow is replaced`
    case 'WorkerReturned':
      return 'is heard of again'
    case 'WorkerCordoned':
      return `is cordoned${by(event)}${because(event.data.reason)}: nothing new is placed on it`
    case 'WorkerUncordoned':
      return `takes instances again${by(event)}${because(event.data.reason)}`
    case 'WorkerLabelled':
      return `${relabelled(event.data.labels)}${by(event)}${because(event.data.reason)}`
    case 'WorkerDraining':
      return `is drained${by(event)}${because(event.data.reason)}${until(event.data.deadlineMs)}`
    case 'WorkerDrained':
      return 'is drained: nothing runs on it any more'
    case 'WorkerLeft':
      return 'stopped in order; its containers go on'
    case 'WorkerForgotten':
      return `is given up: all its instances are replaced${by(event)}${because(event.data.reason)}`
    case 'WorkerDriverChanged':
      return event.data.answers
        ? `its engine ${event.data.driver} answers again`
        : `its engine ${event.data.driver} does not answer: nothing new is placed on it`
    case 'WorkerHeartbeat':
      return `uses ${used(event)}`
    case 'ManagerRegistered':
    case 'SchedulerRegistered':
      return `${event.data.name} joined (ork ${event.data.version})`
    case 'PolicySet': {
      const { policy, seed, preemption } = event.data
      const ties = seed === null ? '' : `, ties by lot ${seed}`
      const taking = preemption === true ? ', and higher priorities preempt lower ones' : ''
      return `instances are placed by ${policy} from here on${ties}${taking}${by(event)}`
    }
    case 'LeaderElected':
      return `${event.data.holder} leads from here on (epoch ${event.data.epoch})`
    case 'EventQuarantined':
      return `could not read sequence ${event.data.sequence} on ${event.data.subject}: ${event.data.reason}`
    case 'QuarantineLifted':
      return lifted(event)
    case 'RebalanceRequested':
      return `has ${count(event.data.moves.length, 'instance')} moved, by ${event.data.policy}${by(event)}${because(event.data.reason)}`
    case 'RebalanceEnded':
      return `what was to move by sequence ${event.data.request} is on its way${leftOver(event.data.left)}`
  }
}

const told = (params: Readonly<Record<string, string>>): string => {
  const pairs = Object.entries(params).map(([name, value]) => `${name}=${value}`)
  return pairs.length === 0 ? '' : `, with ${pairs.join(' ')}`
}

const runEnded = ({ data: { run, failed, reason } }: EventOf<'CronEnded'>): string => {
  if (reason !== null) return `run ${run} has failed: ${reason}`
  return failed === 0
    ? `run ${run} has completed`
    : `run ${run} has failed: ${count(failed, 'instance')} ended in failure`
}

const leftOver = (left: number): string => (left === 0 ? '' : `; ${left} of them came to nothing`)

const lifted = (event: EventOf<'QuarantineLifted'>): string => {
  const { subject, sequence, through, reason } = event.data
  const what = sequence === through ? `sequence ${sequence}` : `sequences ${sequence} to ${through}`
  return `decides about ${subject} again, without what could not be read of ${what}${by(event)}${because(reason)}`
}

const by = ({ actor }: OrkEvent): string => (actor === undefined ? '' : ` (asked by ${actor})`)

const until = (deadlineMs: number | null): string =>
  deadlineMs === null ? ': what it has moves away' : `: what it has moves away within ${formatDuration(deadlineMs)}`

const because = (reason: string | null): string => (reason === null ? '' : `: ${reason}`)

const submitted = (event: EventOf<'JobSubmitted'>): string => {
  const { spec, version, reason } = event.data
  const tasks = spec.tasks.map(({ name, replicas }) => `${name} x${replicas}`).join(', ')
  return `version ${version} was submitted: ${spec.kind} of ${tasks}${by(event)}${because(reason)}`
}

const hookEnd = ({ data: { reason } }: EventOf<'TaskHookEnded'>): string =>
  reason === null ? 'is done' : `has failed: ${reason}`

const restarted = ({ data: { task, index } }: EventOf<'JobRestartRequested'>): string => {
  if (task === null) return 'is restarted'
  return index === null ? `its task ${task} is restarted` : `its instance ${task}.${index} is restarted`
}

const unplaceable = ({ data }: EventOf<'TaskUnplaceable'>): string => {
  const why = data.reasons.map(({ reason, workers }) => whyNot(reason, workers)).join(', ')
  const others = data.pending > 1 ? `; ${data.pending} of its task were pending` : ''
  return `fits on no worker now${why === '' ? '' : `: ${why}`}${others}`
}

const pulling = ({ data }: EventOf<'TaskPulling'>): string => {
  if (data.totalBytes === 0) return `pulls ${data.image}`
  if (data.doneBytes >= data.totalBytes) return `has pulled ${data.image} (${formatBytes(data.totalBytes)})`
  return `pulls ${data.image}: ${formatBytes(data.doneBytes)} of ${formatBytes(data.totalBytes)}`
}

const started = ({ data }: EventOf<'TaskStarted'>): string => {
  const ports = data.ports.map(({ name, hostPort }) => `${name} on ${hostPort}`).join(', ')
  return `runs on ${data.worker} as attempt ${data.attempt}${ports === '' ? '' : `, ${ports}`}`
}

/** `with exit code 1`, `by SIGKILL, out of memory`. */
export const ending = (exit: {
  readonly exitCode: number | null
  readonly signal: string | null
  readonly oomKilled: boolean
}): string => {
  const code = exit.exitCode === null ? 'with an exit code that nobody knows' : `with exit code ${exit.exitCode}`
  const how = exit.signal === null ? code : `by ${exit.signal}`
  return exit.oomKilled ? `${how}, out of memory` : how
}

const stoppedHow = ({ exitCode, signal }: { exitCode: number | null; signal: string | null }): string => {
  if (signal !== null) return ` by ${signal}`
  return exitCode === null ? '' : ` with exit code ${exitCode}`
}

const wait = (delayMs: number): string => (delayMs === 0 ? 'at once' : `in ${formatDuration(delayMs)}`)

const resources = ({ cpuMilli, memoryBytes, diskBytes }: Resources): string =>
  `${formatCpu(cpuMilli)} cpu, ${formatBytes(memoryBytes)} memory, ${formatBytes(diskBytes)} disk`

const used = ({ data }: EventOf<'WorkerHeartbeat'>): string => {
  const of = (a: string, b: string): string => `${a} of ${b}`
  const cpu = of(formatCpu(data.used.cpuMilli), `${formatCpu(data.capacity.cpuMilli)} cpu`)
  const memory = of(formatBytes(data.used.memoryBytes), `${formatBytes(data.capacity.memoryBytes)} memory`)
  const containers = data.containers === null ? '' : `; ${count(data.containers.length, 'container')}`
  return `${cpu}, ${memory}${containers}`
}

/** `1 worker`, `3 workers`. */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`

const relabelled = (labels: Readonly<Record<string, string | null>>): string => {
  const given = Object.entries(labels).flatMap(([key, text]) => (text === null ? [] : [`${key}=${text}`]))
  const taken = Object.keys(labels).filter((key) => labels[key] === null)
  const parts = [
    given.length > 0 ? `is labelled ${given.join(', ')}` : '',
    taken.length > 0 ? `loses ${taken.join(', ')}` : '',
  ]
  return parts.filter((part) => part !== '').join(' and ')
}

const targeted = ({ data: { add, remove } }: EventOf<'JobTargeted'>): string => {
  const said = [
    ...(add.length > 0 ? [`runs on ${someOf(add)}`] : []),
    ...(remove.length > 0 ? [`no longer on ${someOf(remove)}`] : []),
  ]
  return said.length === 0 ? 'has no worker to run on yet' : said.join(', ')
}

const someOf = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
