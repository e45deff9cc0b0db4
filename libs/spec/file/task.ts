import type { Resources } from '#libs/kernel'
import { MAX_REPLICAS, MAX_WORDS } from '../limits'
import type { TaskSpec } from '../model'
import {
  defaulted,
  type Finding,
  integer,
  list,
  optional,
  record,
  refined,
  required,
  type Shape,
  struct,
  writtenText,
} from '../shapes'
import { disconnectShape, driverShape, ENV_NAME, nameShape } from '../words'
import { imageShape } from './image'
import { DEFAULT_RESTART, DEFAULT_STOP, type RestartFile, restartShape, stopShape } from './policies'
import { portsShape } from './ports'
import { bytes, cores } from './units'
import { updateShape } from './update'

/** A task as read from a file, before what depends on the job's kind is filled in. */
export type TaskFile = Omit<TaskSpec, 'restart'> & { readonly restart: RestartFile }

/** What an instance gets when its task does not say: small, so that a first job fits on any machine. */
export const DEFAULT_RESOURCES: Resources = { cpuMilli: 100, memoryBytes: 128 * 2 ** 20, diskBytes: 0 }

/** Below these Docker refuses a limit or takes it for none. */
const MIN_CPU_MILLI = 10
const MIN_MEMORY_BYTES = 6 * 2 ** 20

const resourcesShape = struct<Resources>('a map with `cpu`, `memory` and `disk`', {
  cpuMilli: defaulted(cores({ min: MIN_CPU_MILLI, max: 4_096_000 }), DEFAULT_RESOURCES.cpuMilli, {
    key: 'cpu',
    doc: 'Share of the processors, kept free for each instance and its limit.',
    example: 0.5,
    unit: 'cores',
    synonyms: ['cpus', 'cores', 'vcpu', 'nano_cpus'],
  }),
  memoryBytes: defaulted(bytes({ min: MIN_MEMORY_BYTES, max: 1024 * 2 ** 40 }), DEFAULT_RESOURCES.memoryBytes, {
    key: 'memory',
    doc: 'Memory kept free for each instance; one that takes more is killed.',
    example: '512MiB',
    unit: 'bytes with unit',
    synonyms: ['mem', 'ram', 'mem_limit', 'memory_limit'],
  }),
  diskBytes: defaulted(bytes({ min: 0, max: 1024 * 2 ** 40 }), DEFAULT_RESOURCES.diskBytes, {
    key: 'disk',
    doc: 'Disk space kept free for each instance.',
    example: '1GiB',
    unit: 'bytes with unit',
    synonyms: ['storage', 'ephemeral-storage', 'size'],
  }),
})

const listForm = (value: unknown): string => {
  if (typeof value !== 'string' || value.trim() === '') return 'write a list: ["sh", "-c", "echo hello"]'
  const simple = /^[\w./:=@%+,\s-]+$/.test(value)
  const words = simple ? value.trim().split(/\s+/) : ['sh', '-c', value]
  return `write a list: [${words.map((word) => JSON.stringify(word)).join(', ')}]`
}

const wordsShape = list('a list of texts, at least one', writtenText, { min: 1, max: MAX_WORDS, hint: listForm })

const envHint = 'write a map: `env: {NAME: value}`'

const fields = struct<TaskFile>('a task', {
  name: required(nameShape, { doc: 'Name of the task, unique in the job.', example: 'api' }),
  driver: defaulted(driverShape, 'docker', { doc: 'What runs the task.', example: 'process', synonyms: ['runtime'] }),
  image: optional(imageShape, {
    doc: 'Image of the docker driver, by tag or digest; without either `latest` is meant.',
    example: 'nginx:1.27',
    synonyms: ['container', 'img'],
  }),
  command: optional(wordsShape, {
    doc: "Replaces the image's entrypoint; what the process driver runs.",
    example: ['sh', '-c'],
    synonyms: ['entrypoint', 'cmd', 'exec'],
  }),
  args: optional(wordsShape, {
    doc: "Replaces the image's default arguments; follows `command`.",
    example: ['echo hello'],
    synonyms: ['arguments', 'argv'],
  }),
  env: defaulted(
    record('a map of names to texts', ENV_NAME, writtenText, () => envHint),
    {},
    {
      doc: 'Environment variables.',
      example: { LOG_LEVEL: 'info' },
      synonyms: ['environment', 'envs', 'vars', 'variables'],
    },
  ),
  replicas: defaulted(integer({ min: 0, max: MAX_REPLICAS }), 1, {
    doc: 'How many instances of the task run.',
    example: 3,
    synonyms: ['count', 'scale', 'instances', 'size'],
  }),
  resources: defaulted(resourcesShape, DEFAULT_RESOURCES, {
    doc: 'What each instance is given.',
    example: { cpu: 0.5, memory: '512MiB' },
    synonyms: ['limits', 'reservations', 'deploy'],
  }),
  ports: defaulted(portsShape, [], {
    doc: 'Ports the task listens on, published on its machine.',
    example: ['8080:80'],
    synonyms: ['publish', 'expose'],
  }),
  restart: defaulted(restartShape, DEFAULT_RESTART, {
    doc: 'What happens when a container ends by itself.',
    example: { policy: 'on-failure', attempts: 5 },
    synonyms: ['restart_policy', 'restartpolicy'],
  }),
  stop: defaulted(stopShape, DEFAULT_STOP, {
    doc: 'How a container is asked to end.',
    example: { signal: 'SIGINT', grace: '30s' },
    synonyms: ['stop_signal', 'stop_grace_period', 'shutdown'],
  }),
  onDisconnect: optional(disconnectShape, {
    doc:
      'When the worker of an instance is cut off: `replace` it elsewhere, `wait` for the worker, or have the worker ' +
      '`stop` it by itself before another takes its place, so that it never runs twice.',
    example: 'stop',
    otherwise: 'replace',
    synonyms: ['on_disconnect', 'disconnect'],
  }),
  update: optional(updateShape, {
    doc: 'How a new version of the task comes about.',
    example: { order: 'start-first', maxParallel: 2 },
    otherwise: 'one instance at a time, stopped first',
    synonyms: ['update_config', 'strategy', 'rollout', 'updatestrategy'],
  }),
})

const rules = (task: TaskFile): readonly Finding[] => {
  const findings: Finding[] = []
  const add = (at: Finding['at'], what: string, next: string): void => {
    findings.push({ at, what, next })
  }
  if (task.driver === 'docker' && task.image === undefined) {
    add(['image'], '`image` is missing, the docker driver needs one', 'for example `image: nginx:1.27`')
  }
  if (task.driver === 'process') {
    if (task.image !== undefined) add(['image'], 'the process driver runs no image', 'remove it, or take driver docker')
    if (task.command === undefined) {
      add(['command'], '`command` is missing, the process driver needs one', 'for example `command: ["sleep", "60"]`')
    }
  }
  if (task.command?.[0] === '') add(['command', 0], 'the program to run is an empty text', 'name a program')
  task.ports.forEach(({ hostPort }, index) => {
    if (hostPort === 0 || task.replicas <= 1) return
    const what = `${task.replicas} replicas cannot share host port ${hostPort}`
    add(['ports', index], what, 'leave the host port out, so that each gets a free one, or set `replicas: 1`')
  })
  const { policy, attempts, delayMs, maxDelayMs } = task.restart
  if (policy === 'never' && attempts !== undefined && attempts !== 0) {
    add(['restart', 'attempts'], 'the policy `never` restarts nothing, so it has no attempts', 'remove it')
  }
  if (maxDelayMs !== undefined && maxDelayMs < delayMs) {
    add(['restart', 'maxDelay'], '`maxDelay` is shorter than `delay`', 'make it at least as long')
  }
  return findings
}

/** A task of a job file. */
export const taskShape: Shape<TaskFile> = refined(fields, rules)
