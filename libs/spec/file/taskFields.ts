import { containerFields } from '../container'
import { MAX_REPLICAS } from '../limits'
import type { TaskSpec } from '../model'
import { placementFields } from '../placement'
import { defaulted, integer, list, optional, processText, record, required, struct, writtenText } from '../shapes'
import { disconnectShape, driverShape, ENV_NAME, nameShape } from '../words'
import { wordsShape } from './command'
import { dependsOnShape } from './dependsOn'
import { healthShape } from './health'
import { hooksShape } from './hooks'
import { imageShape } from './image'
import { DEFAULT_RESTART, DEFAULT_STOP, type RestartFile, restartShape, stopShape } from './policies'
import { portsShape } from './ports'
import { rescheduleShape } from './reschedule'
import { DEFAULT_RESOURCES, resourcesShape } from './resources'
import { bytes } from './units'
import { updateShape } from './update'

/** A task as read from a file, before what depends on the job's kind is filled in. */
export type TaskFile = Omit<TaskSpec, 'restart'> & {
  readonly restart: RestartFile
  readonly completions?: number
  /** Files of variables that are read where the job is submitted. */
  readonly envFiles?: readonly string[]
}

const envHint = 'write a map: `env: {NAME: value}`'

/** From what the engine takes for a size at all. */
const size = bytes({ min: 64 * 2 ** 10, max: 2 ** 40 })

/** The fields of a task, each with its documentation. */
export const taskFields = struct<TaskFile>('a task', {
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
  envFiles: optional(list('a list of paths', processText, { min: 1, max: 32 }), {
    doc: 'Files with a `NAME=value` a line, read when the job is submitted; what `env` says goes before.',
    example: ['./app.env'],
    otherwise: 'none',
    synonyms: ['env_file', 'env_files', 'envfile', 'envfrom'],
  }),
  replicas: defaulted(integer({ min: 0, max: MAX_REPLICAS }), 1, {
    doc: 'How many instances of the task run.',
    example: 3,
    synonyms: ['count', 'scale', 'instances', 'size'],
  }),
  completions: optional(integer({ min: 1, max: MAX_REPLICAS }), {
    doc: 'How many instances of a batch job must succeed; another word for `replicas` there.',
    example: 10,
    otherwise: '`replicas`',
  }),
  parallelism: optional(integer({ min: 1, max: MAX_REPLICAS }), {
    doc: 'How many instances of a batch job are under way at once.',
    example: 3,
    otherwise: 'all of them',
    synonyms: ['concurrency', 'max_parallel'],
  }),
  dependsOn: optional(dependsOnShape, {
    doc:
      'Tasks of this job for which the instances of this one wait before they are placed, and with what: `started`, one ' +
      'of its instances runs; `healthy`, one is up; `completed`, all have succeeded. A list means `started`.',
    example: { db: 'healthy' },
    otherwise: 'none',
    synonyms: ['depends_on', 'after', 'requires', 'needs'],
  }),
  prestart: optional(hooksShape, {
    doc:
      'Containers that run to their end, one after the other, before each start of the container: in its place, with its ' +
      'volumes, secrets, networks, user and limits, and without its ports. One that fails, fails the attempt, and `restart` says ' +
      'what follows. They may run again after a crash, and count for the `healthyDeadline` of an update.',
    example: [{ name: 'migrate', command: ['./migrate', '--up'] }],
    otherwise: 'none',
    synonyms: ['initcontainers', 'init_containers', 'pre_start', 'poststart', 'lifecycle'],
  }),
  poststop: optional(hooksShape, {
    doc:
      'The same once the container has ended, by itself or since it was stopped; not on a worker that is cut off. What they ' +
      'come to is told, and changes nothing.',
    example: [{ name: 'upload', image: 'shop/tools:3', args: ['upload', '/data'] }],
    otherwise: 'none',
    synonyms: ['post_stop', 'prestop'],
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
    doc:
      'What happens when a container ends by itself, or cannot be started. By default that of a service is started again ' +
      'where it is for ever, after 1s, 2s, 4s and so on up to 1m; that of a batch or cron job when it has failed, three times ' +
      'in a row. Once `attempts` are used up the instance has failed, and `reschedule` says what follows; so it has, without ' +
      'any `attempts`, once its engine could not start it six times in a row (a port that a stranger has, a missing device).',
    example: { policy: 'on-failure', attempts: 5 },
    synonyms: ['restart_policy', 'restartpolicy'],
  }),
  reschedule: optional(rescheduleShape, {
    doc:
      'What happens once an instance has failed where it is: it is placed anew, elsewhere if it fits. So by default no ' +
      'instance of a service stays failed.',
    example: { attempts: 5, delay: '30s' },
    otherwise: 'without limit for a service, never for a batch job',
  }),
  health: optional(healthShape, {
    doc: 'How the health of an instance is found out; one that is checked is up only while it is healthy.',
    example: { http: { path: '/health', port: 80 } },
    otherwise: 'the HEALTHCHECK of the image, if it has one',
    synonyms: ['healthcheck', 'check', 'livenessprobe', 'readinessprobe'],
  }),
  stop: defaulted(stopShape, DEFAULT_STOP, {
    doc: 'How a container is asked to end.',
    example: { signal: 'SIGINT', grace: '30s' },
    synonyms: ['stop_signal', 'stop_grace_period', 'shutdown'],
  }),
  ...containerFields({ shape: size, about: (key) => ({ key, unit: 'bytes with unit' }) }),
  ...placementFields,
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
