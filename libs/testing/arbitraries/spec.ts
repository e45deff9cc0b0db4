import * as fc from 'fast-check'
import {
  type CronSpec,
  DEFAULT_PRIORITY,
  type DriverName,
  endsByItself,
  type HookSpec,
  type JobKind,
  type JobSpec,
  type OnDisconnect,
  type Overlap,
  PLACEMENT_POLICIES,
  type PortSpec,
  type RestartSpec,
  type StopSpec,
  type TaskResources,
  type TaskSpec,
  type UpdateSpec,
} from '#libs/spec'

import { characterArbitrary } from './character'
import { containerArbitraries } from './container'
import { placementArbitraries } from './placement'

const DAY_MS = 86_400_000

/** Names of jobs, tasks and ports. */
export const nameArbitrary: fc.Arbitrary<string> = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,12}[a-z0-9])?$/)

const imageArbitrary = fc.oneof(
  fc.constantFrom('busybox:1', 'nginx:1.27-alpine', 'localhost:5000/team/app:v1.2_3', 'ghcr.io/a/b__c/d-e:latest'),
  fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `registry.example.com/app@sha256:${hex}`),
)

/** What a process can be given: any whole characters but NUL, with the texts that YAML would take for something else. */
const textArbitrary = fc.oneof(
  fc.string({ unit: characterArbitrary, maxLength: 20 }).filter((text) => !text.includes('\0')),
  fc.constantFrom('', ' ', 'true', 'null', '~', '1.10', '0x1F', '.nan', '- a', 'a: b', '#', '<<', '*a', '&a', '|', '>'),
  fc.constantFrom(
    'line\nbreak',
    'end\n\n',
    '\n',
    ' indented\n  more\n',
    'tab\there',
    'cr\r\nlf',
    '\u0085',
    '\u2028',
    '\ufeff',
  ),
)

const envArbitrary = fc
  .dictionary(
    fc.oneof(fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,10}$/), fc.constantFrom('null', 'true', 'y', 'toString')),
    textArbitrary,
    { maxKeys: 4, noNullPrototype: true },
  )
  .filter((env) => !['__proto__', 'constructor', 'prototype'].some((key) => Object.hasOwn(env, key)))

const portsArbitrary = (fixed: fc.Arbitrary<number>): fc.Arbitrary<readonly PortSpec[]> =>
  fc
    .array(
      fc.record<PortSpec>({
        name: nameArbitrary,
        port: fc.integer({ min: 1, max: 65535 }),
        hostPort: fixed,
        protocol: fc.constantFrom('tcp', 'udp'),
      }),
      { maxLength: 3 },
    )
    .map((ports) =>
      ports.filter(
        (port, index) =>
          !ports
            .slice(0, index)
            .some((other) => other.name === port.name || other.port === port.port || sameHostPort(other, port)),
      ),
    )

const sameHostPort = (a: PortSpec, b: PortSpec): boolean => a.hostPort !== 0 && a.hostPort === b.hostPort

const restartArbitrary = (kind: JobKind): fc.Arbitrary<RestartSpec> =>
  fc
    .record({
      policy: endsByItself(kind)
        ? fc.constantFrom<RestartSpec['policy'][]>('on-failure', 'never')
        : fc.constantFrom<RestartSpec['policy'][]>('always', 'on-failure', 'never'),
      attempts: fc.option(fc.nat({ max: 1_000_000 })),
      delayMs: fc.nat({ max: DAY_MS }),
      backoff: fc.double({ min: 1, max: 100, noNaN: true }),
      longer: fc.nat({ max: DAY_MS }),
      resetAfterMs: fc.nat({ max: DAY_MS }),
    })
    .map(({ longer, ...restart }) => ({
      ...restart,
      attempts: restart.policy === 'never' ? 0 : restart.attempts,
      maxDelayMs: restart.delayMs + longer,
    }))

const stopArbitrary: fc.Arbitrary<StopSpec> = fc.record({
  signal: fc.constantFrom('SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGUSR1'),
  graceMs: fc.nat({ max: DAY_MS }),
})

const updateArbitrary: fc.Arbitrary<UpdateSpec> = fc
  .record({
    order: fc.constantFrom<UpdateSpec['order'][]>('stop-first', 'start-first'),
    maxParallel: fc.integer({ min: 1, max: 100 }),
    minHealthyMs: fc.nat({ max: DAY_MS }),
    longer: fc.integer({ min: 1_000, max: DAY_MS }),
    muchLonger: fc.nat({ max: DAY_MS }),
    autoRevert: fc.boolean(),
    canary: fc.nat({ max: 10 }),
    promotes: fc.boolean(),
  })
  .map(({ longer, muchLonger, promotes, ...update }) => ({
    ...update,
    healthyDeadlineMs: update.minHealthyMs + longer,
    progressDeadlineMs: update.minHealthyMs + longer + muchLonger,
    autoPromote: promotes && update.canary > 0,
  }))

const resourcesArbitrary: fc.Arbitrary<TaskResources> = fc
  .record(
    {
      cpuMilli: fc.integer({ min: 10, max: 4_096_000 }),
      memoryBytes: fc.integer({ min: 6 * 2 ** 20, max: 2 ** 49 }),
      more: fc.nat({ max: 2 ** 49 }),
      diskBytes: fc.integer({ min: 0, max: 2 ** 50 }),
    },
    { requiredKeys: ['cpuMilli', 'memoryBytes', 'diskBytes'] },
  )
  .map(({ more, ...all }) => (more === undefined ? all : { ...all, memoryLimitBytes: all.memoryBytes + more }))

const wordsArbitrary = fc.tuple(fc.constantFrom('sh', '/bin/app', 'node'), fc.array(textArbitrary, { maxLength: 3 }))

const hooksArbitrary = (driver: DriverName, prefix: string): fc.Arbitrary<readonly HookSpec[]> =>
  fc.uniqueArray(
    fc.record(
      {
        name: nameArbitrary.map((name) => `${prefix}${name}`),
        ...(driver === 'process' ? {} : { image: imageArbitrary }),
        command: wordsArbitrary.map(([program, rest]) => [program, ...rest]),
        args: fc.array(textArbitrary, { minLength: 1, maxLength: 3 }),
        env: envArbitrary,
        timeoutMs: fc.integer({ min: 100, max: DAY_MS }),
      },
      { requiredKeys: ['name', 'command', 'env', 'timeoutMs'] },
    ),
    { selector: ({ name }) => name, minLength: 1, maxLength: 2 },
  )

/** The names of those before the start and of those after the end differ. */
const hookArbitraries = (driver: DriverName) => ({
  prestart: hooksArbitrary(driver, 'a'),
  poststop: hooksArbitrary(driver, 'b'),
})

const taskArbitrary = (kind: JobKind, driver: DriverName): fc.Arbitrary<TaskSpec> =>
  fc
    .record(
      {
        name: nameArbitrary,
        driver: fc.constant(driver),
        image: imageArbitrary,
        command: wordsArbitrary.map(([program, rest]) => [program, ...rest]),
        args: fc.array(textArbitrary, { minLength: 1, maxLength: 3 }),
        env: envArbitrary,
        ...(endsByItself(kind) ? { parallelism: fc.integer({ min: 1, max: 100_000 }) } : {}),
        replicas:
          kind === 'system'
            ? fc.constant(1)
            : fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: kind === 'cron' ? 1_000 : 100_000 })),
        resources: resourcesArbitrary,
        ports: portsArbitrary(fc.constant(0)),
        restart: restartArbitrary(kind),
        stop: stopArbitrary,
        ...containerArbitraries,
        ...placementArbitraries(kind),
        ...hookArbitraries(driver),
        onDisconnect: fc.constantFrom<OnDisconnect[]>('wait', 'stop'),
        update: updateArbitrary,
      },
      {
        requiredKeys: [
          ...(['name', 'driver', 'env', 'replicas', 'resources', 'ports', 'restart', 'stop'] as const),
          ...(driver === 'docker' ? (['image'] as const) : []),
          ...(driver === 'process' ? (['command'] as const) : []),
        ],
      },
    )
    .map((task) => withoutImage(task as TaskSpec))

/** The process driver runs no image, and makes no container. */
const withoutImage = (task: TaskSpec): TaskSpec => {
  if (task.driver !== 'process') return task
  const isOfContainers = (key: string): boolean => key === 'image' || key in containerArbitraries
  return Object.fromEntries(Object.entries(task).filter(([key]) => !isOfContainers(key))) as unknown as TaskSpec
}

const fixedPorts = (kind: JobKind, driver: DriverName): fc.Arbitrary<TaskSpec> =>
  fc
    .tuple(taskArbitrary(kind, driver), portsArbitrary(fc.integer({ min: 1, max: 65535 })))
    .map(([task, ports]) => ({ ...task, replicas: Math.min(task.replicas, 1), ports }))

/** fast-check also makes objects without a prototype, which are not equal to those that are read. */
const plainObjects = (job: JobSpec): JobSpec => JSON.parse(JSON.stringify(job)) as JobSpec

/** Only the first task with fixed ports keeps them, so that no two want the same. */
const withoutSharedHostPorts = (job: JobSpec): JobSpec => {
  const owner = job.tasks.findIndex((task) => task.ports.some((port) => port.hostPort !== 0))
  const tasks = job.tasks.map((task, index) =>
    index === owner ? task : { ...task, ports: task.ports.map((port) => ({ ...port, hostPort: 0 })) },
  )
  return plainObjects({ ...job, tasks })
}

/** Every other task waits for the one before it. */
const withDependencies = (job: JobSpec): JobSpec => ({
  ...job,
  tasks: job.tasks.map((task, index) => {
    const before = job.tasks[index - 1]
    if (index % 2 === 0 || before === undefined) return task
    const condition = before.restart.policy === 'always' ? 'healthy' : 'completed'
    return { ...task, dependsOn: { [before.name]: condition } }
  }),
})

const cronArbitrary: fc.Arbitrary<CronSpec> = fc
  .record({
    schedule: fc.option(fc.constantFrom('* * * * *', '*/5 3 * * MON-FRI', '0 0 29 2 *'), { nil: undefined }),
    timeZone: fc.constantFrom('UTC', 'Europe/Berlin', 'America/New_York'),
    overlap: fc.constantFrom<Overlap[]>('allow', 'forbid', 'replace'),
    catchUpMs: fc.integer({ min: 10_000, max: DAY_MS }),
    keepRuns: fc.integer({ min: 1, max: 100 }),
    params: envArbitrary,
    asks: fc.boolean(),
  })
  .map(({ schedule, asks, ...cron }) => ({
    ...cron,
    ...(schedule === undefined ? {} : { schedule }),
    ...(schedule === undefined && asks ? { requiredParams: ['only_asked_for'] } : {}),
  }))

/** Of tasks that share a worker only the first says which. */
const withoutContradictions = (job: JobSpec): JobSpec =>
  job.placement?.colocate === true
    ? {
        ...job,
        tasks: job.tasks.map(({ constraints, ...task }, at) =>
          at === 0 && constraints ? { ...task, constraints } : task,
        ),
      }
    : job

/** Valid canonical jobs: each can be written as a job file and read back. */
export const jobSpecArbitrary: fc.Arbitrary<JobSpec> = fc
  .constantFrom<JobKind[]>('service', 'batch', 'system', 'cron')
  .chain((kind) =>
    fc.record(
      {
        name: nameArbitrary,
        kind: fc.constant(kind),
        ...(kind === 'cron' ? { cron: cronArbitrary } : {}),
        ...(endsByItself(kind) ? { deadlineMs: fc.integer({ min: 1_000, max: DAY_MS }) } : {}),
        priority: fc.nat({ max: 100 }).filter((priority) => priority !== DEFAULT_PRIORITY),
        placement: fc.oneof(
          fc.record({ policy: fc.constantFrom(...PLACEMENT_POLICIES) }),
          ...(kind === 'system' ? [] : [fc.constant({ colocate: true })]),
        ),
        lostAfterMs: fc.integer({ min: 15_001, max: DAY_MS }),
        tasks: fc.uniqueArray(
          fc
            .constantFrom<DriverName[]>('docker', 'process', 'simulated')
            .chain((driver) => fc.oneof(taskArbitrary(kind, driver), fixedPorts(kind, driver))),
          { minLength: 1, maxLength: 3, selector: (task) => task.name },
        ),
      },
      { requiredKeys: ['name', 'kind', 'tasks', ...(kind === 'cron' ? ['cron' as never] : [])] },
    ),
  )
  .map((job) => (job.cron?.overlap === 'allow' ? (job as JobSpec) : withDependencies(job as JobSpec)))
  .map(withoutSharedHostPorts)
  .map(withoutContradictions)
