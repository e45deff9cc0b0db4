import { MAX_DELAY_MS, MAX_PRIORITY, MAX_RUN_REPLICAS, MAX_TASKS, MIN_LOST_AFTER_MS } from '../limits'
import { DEFAULT_LOST_AFTER_MS, DEFAULT_PRIORITY, endsByItself, type JobSpec, type PlacementSpec } from '../model'
import {
  defaulted,
  type Finding,
  flag,
  integer,
  list,
  optional,
  refined,
  required,
  type Shape,
  struct,
} from '../shapes'
import { kindShape, nameShape, placementPolicyShape } from '../words'
import { completeContainer } from './container'
import { cronRules, cronShape } from './cron'
import { dependencyRules } from './dependsOn'
import { completeHealth } from './health'
import { completeRestart } from './policies'
import { taskShape } from './task'
import type { TaskFile } from './taskFields'
import { placementRules } from './together'
import { duration } from './units'

/** A job as read from a file. Every JobSpec is one, too. */
export type JobFile = Omit<JobSpec, 'tasks'> & { readonly tasks: readonly TaskFile[] }

const placementShape = struct<PlacementSpec>(
  'a map with `policy` or `colocate`',
  {
    policy: optional(placementPolicyShape, {
      doc: 'How a worker is chosen among those that fit.',
      example: 'binpack',
      otherwise: "the cluster's policy",
      synonyms: ['strategy', 'algorithm'],
    }),
    colocate: optional(flag, {
      doc:
        'Whether all tasks of one replica share a worker: `web.api.1` and `web.log.1`, as in a group of Nomad or a pod of ' +
        'Kubernetes. A worker is chosen for all of them together, and room is kept there for those that are placed later. It ' +
        'binds what is placed from then on.',
      example: true,
      otherwise: 'false',
      synonyms: ['colocated', 'group', 'together', 'podaffinity'],
    }),
  },
  (value) => (typeof value === 'string' ? `write \`placement: {policy: ${value}}\`` : undefined),
)

const fields = struct<JobFile>(
  'a map with `name` and `tasks`',
  {
    name: required(nameShape, {
      doc: 'Name of the job, unique in the cluster.',
      example: 'web',
      synonyms: ['job', 'id'],
    }),
    kind: defaulted(kindShape, 'service', {
      doc:
        'A service runs until it is stopped; a batch job until each instance has succeeded; a system job until it is ' +
        'stopped, with one instance of each task on every worker that suits it; a cron job runs as `cron` says, each time as a ' +
        'batch does.',
      example: 'batch',
      synonyms: ['type', 'mode'],
    }),
    priority: optional(integer({ min: 0, max: MAX_PRIORITY }), {
      doc: 'Who waits for a place is served in this order, the highest first; a point is worth ten seconds of waiting.',
      example: 80,
      otherwise: String(DEFAULT_PRIORITY),
    }),
    placement: optional(placementShape, {
      doc: 'Where instances go, of the workers that fit.',
      example: { policy: 'binpack' },
      otherwise: "by the cluster's policy, each instance by itself",
    }),
    lostAfterMs: optional(duration({ min: MIN_LOST_AFTER_MS, max: MAX_DELAY_MS }), {
      key: 'lostAfter',
      doc: 'How long a worker must be silent before its instances of this job are given up.',
      example: '1m',
      unit: 'duration',
      otherwise: '15s',
      synonyms: ['lost_after', 'max_client_disconnect'],
    }),
    deadlineMs: optional(duration({ min: 1000, max: MAX_DELAY_MS }), {
      key: 'deadline',
      doc:
        'How long a batch job may take from its submit, or each run of a cron job; what has not ended then is stopped, ' +
        'and the job, or the run, has failed.',
      example: '1h',
      unit: 'duration',
      otherwise: 'as long as it takes',
      synonyms: ['timeout', 'activedeadlineseconds', 'active_deadline', 'max_run_duration'],
    }),
    cron: optional(cronShape, {
      doc: 'When a cron job runs, and with what.',
      example: { schedule: '0 3 * * *', timeZone: 'Europe/Berlin' },
      otherwise: 'of a cron job it must be there',
      synonyms: ['schedule', 'periodic'],
    }),
    tasks: required(
      list('a list of tasks, at least one', taskShape, {
        min: 1,
        max: MAX_TASKS,
        unique: 'name',
        hint: () => 'write a list: `tasks: [{name: api, image: nginx:1.27}]`',
      }),
      {
        doc: 'The containers of the job.',
        example: [{ name: 'api', image: 'nginx:1.27' }],
        synonyms: ['services', 'containers', 'groups'],
      },
    ),
  },
  () => 'start with `name: web` and a list `tasks`',
)

/** Which worker rather than another, or which together. */
const PREFERENCES = ['affinities', 'spread', 'distinctWorkers'] as const

/** What a job of one kind alone may ask for. */
const kindRules = ({ kind, deadlineMs, cron, tasks }: JobFile): readonly Finding[] => {
  const findings: Finding[] = [...cronRules({ kind, ...(cron === undefined ? {} : { cron }), tasks })]
  const only = (at: Finding['at'], field: string): void => {
    findings.push({
      at: [...at, field],
      what: `a ${kind} job has no \`${field}\``,
      next: 'remove it, or take `kind: batch` or `cron`',
    })
  }
  const isEndless = !endsByItself(kind)
  if (isEndless && deadlineMs !== undefined) only([], 'deadline')
  tasks.forEach(({ completions, parallelism, replicas }, index) => {
    const at = ['tasks', index]
    if (isEndless && completions !== undefined) only(at, 'completions')
    if (isEndless && parallelism !== undefined) only(at, 'parallelism')
    for (const field of PREFERENCES) {
      if (kind !== 'system' || tasks[index]?.[field] === undefined) continue
      const what = `a system job runs on every worker that suits it, it has no \`${field}\``
      findings.push({ at: [...at, field], what, next: 'remove it, or say with `constraints` where it runs' })
    }
    if (kind === 'system' && replicas !== 1) {
      const what = 'a system job runs one instance on each worker'
      findings.push({ at: [...at, 'replicas'], what, next: 'remove it, or take `kind: service`' })
    }
    if (kind === 'cron' && Math.max(replicas, completions ?? 0) > MAX_RUN_REPLICAS) {
      const what = `a run has at most ${MAX_RUN_REPLICAS} instances of a task`
      findings.push({ at: [...at, completions === undefined ? 'replicas' : 'completions'], what })
    }
    if (completions === undefined || replicas === 1 || replicas === completions) return
    findings.push({ at: [...at, 'completions'], what: `\`replicas\` says ${replicas}`, next: 'keep one of the two' })
  })
  return findings
}

const rules = (job: JobFile): readonly Finding[] => {
  const findings: Finding[] = [...kindRules(job), ...dependencyRules(job.kind, job.tasks), ...placementRules(job)]
  const hostPorts = new Map<string, string>()
  job.tasks.forEach((task, index) => {
    if (endsByItself(job.kind) && task.restart.policy === 'always') {
      const what = `a ${job.kind} job that always restarts never completes`
      findings.push({ at: ['tasks', index, 'restart', 'policy'], what, next: 'take on-failure or never' })
    }
    task.ports.forEach(({ hostPort, protocol }, port) => {
      if (hostPort === 0) return
      const key = `${hostPort}/${protocol}`
      const owner = hostPorts.get(key)
      if (owner === undefined) hostPorts.set(key, task.name)
      else if (owner !== task.name) {
        const what = `the host port ${key} is taken by task ${owner}`
        findings.push({ at: ['tasks', index, 'ports', port], what, next: 'choose another, or leave it out' })
      }
    })
  })
  return findings
}

/** The definition of the job file: what it may hold, and each field's documentation. */
export const jobFileShape: Shape<JobFile> = refined(fields, rules)

/** Fills in the defaults that depend on other fields, and leaves out those that are never written out. */
export const completeJob = ({
  priority = DEFAULT_PRIORITY,
  lostAfterMs = DEFAULT_LOST_AFTER_MS,
  placement: { colocate = false, ...placement } = {},
  ...file
}: JobFile): JobSpec => ({
  ...file,
  ...(colocate || placement.policy !== undefined
    ? { placement: { ...placement, ...(colocate ? { colocate } : {}) } }
    : {}),
  ...(priority === DEFAULT_PRIORITY ? {} : { priority }),
  ...(lostAfterMs === DEFAULT_LOST_AFTER_MS ? {} : { lostAfterMs }),
  tasks: file.tasks.map(({ onDisconnect = 'replace', distinctWorkers = false, completions, ...task }) => ({
    ...completeHealth(completeContainer(task)),
    ...(completions === undefined ? {} : { replicas: completions }),
    restart: completeRestart(file.kind, task.restart),
    ...(onDisconnect === 'replace' ? {} : { onDisconnect }),
    ...(distinctWorkers ? { distinctWorkers } : {}),
  })),
})
