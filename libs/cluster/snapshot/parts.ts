import type { TaskSpec } from '#libs/spec'
import { noInstances } from '../instances'
import { type Cluster, emptyCluster, type LedRole } from '../model/cluster'
import type { Attempt, Instance, Job, Task } from '../model/job'
import { attemptsOf } from '../queries'
import { type Form, fieldsOf, listOf, Malformed, type Shared } from './form'
import {
  jobForms,
  leaderForm,
  quarantinedForm,
  rebalanceForm,
  schedulingForm,
  serviceForm,
  type Written,
  workerForm,
} from './forms'

/** Things in one line of a snapshot: so few that writing or reading a line takes about a millisecond. */
const LINE = 200

/** What is known while a snapshot is written or read. */
export interface Context {
  readonly cluster: Cluster
  readonly specs: Shared<TaskSpec>
  readonly forms: ReturnType<typeof jobForms>
  /** Attempts in the order of their instances' lines, the current before the retiring one, for those that refer to them. */
  readonly numbers: Map<Attempt, number>
  readonly attempts: Attempt[]
  /** Whether what is written is to be read again; else only what it says matters. */
  readonly isForReading: boolean
  job: Job | null
  task: Task | null
}

export const newContext = (cluster: Cluster = emptyCluster(), isForReading = true): Context => {
  const forms = jobForms()
  return { cluster, specs: forms.specs, forms, numbers: new Map(), attempts: [], isForReading, job: null, task: null }
}

/** One part of the cluster: the lines it is written as, and what a line does when it is read. */
interface Part {
  write(context: Context): Iterable<unknown>
  read(context: Context, line: unknown): void
}

/** A part that is written as one line. */
const single = (write: (context: Context) => unknown, read: Part['read']): Part => ({
  *write(context) {
    yield write(context)
  },
  read,
})

function* linesOf<A>(items: Iterable<A>, write: (item: A) => unknown): Generator<readonly unknown[]> {
  let line: unknown[] = []
  for (const item of items) {
    if (line.push(write(item)) < LINE) continue
    yield line
    line = []
  }
  if (line.length > 0) yield line
}

/** A map, in its order. */
const mapPart = <A>(name: string, mapOf: (cluster: Cluster) => Map<string, A>, form: Form<A>): Part => ({
  write: ({ cluster }) => linesOf(mapOf(cluster), ([key, value]) => [key, form.write(value)]),
  read: ({ cluster }, line) => {
    for (const entry of listOf(name, line)) {
      const [key, value] = listOf(name, entry)
      mapOf(cluster).set(String(key), form.read(value))
    }
  },
})

const numberForm: Form<number> = {
  write: (value) => value,
  read: (written) => {
    if (typeof written !== 'number') throw new Malformed('no number')
    return written
  },
}

const jobs: Part = {
  *write({ cluster, forms, numbers, isForReading }) {
    for (const job of cluster.jobs.values()) {
      yield { job: forms.job.write(job) }
      for (const task of job.tasks.values()) {
        yield { task: forms.task.write(task) }
        const known = isForReading ? task.instances.made() : task.instances
        for (const instances of linesOf(known, (instance) => {
          for (const attempt of attemptsOf(instance)) numbers.set(attempt, numbers.size)
          return forms.instance.write(instance)
        }))
          yield { instances }
        if (isForReading) yield { stretches: task.instances.all.map(forms.stretch.write) }
      }
    }
  },
  read: (context, line) => {
    const { job, task, instances, stretches } = fieldsOf('jobs', line)
    if (job !== undefined) readJob(context, job)
    else if (task !== undefined) readTask(context, task)
    else if (instances !== undefined) readInstances(context, instances)
    else readStretches(context, stretches)
  },
}

const readJob = (context: Context, line: unknown): void => {
  const job: Job = { ...context.forms.job.read(line), tasks: new Map() }
  context.cluster.jobs.set(job.name, job)
  context.job = job
}

const readTask = (context: Context, line: unknown): void => {
  const { job } = context
  if (job === null) throw new Malformed('a task of no job')
  const task: Task = { job, ...context.forms.task.read(line), instances: noInstances() }
  job.tasks.set(task.name, task)
  context.task = task
}

const readInstances = (context: Context, line: unknown): void => {
  const { task } = context
  if (task === null) throw new Malformed('instances of no task')
  for (const written of listOf('instances', line)) {
    const instance = instanceOf(task, context.forms.instance.read(written))
    task.instances.restore(instance.index, instance)
    context.attempts.push(...attemptsOf(instance))
  }
}

const instanceOf = (task: Task, { retiring, ...rest }: Written): Instance => ({
  task,
  ...rest,
  retiring: retiring === null ? null : { task, ...retiring },
})

const readStretches = ({ task, forms }: Context, line: unknown): void => {
  if (task === null) throw new Malformed('stretches of no task')
  for (const written of listOf('stretches', line)) {
    const { like, ...rest } = forms.stretch.read(written)
    task.instances.restoreAlike({ ...rest, like: instanceOf(task, like) })
  }
}

const numbersOf = ({ numbers }: Context, held: Iterable<Attempt>): readonly (number | undefined)[] =>
  [...held].map((attempt) => numbers.get(attempt))

const addAttempts = ({ attempts }: Context, set: Set<Attempt>, written: unknown): void => {
  for (const number of listOf('attempts', written)) {
    const attempt = attempts[Number(number)]
    if (attempt === undefined) throw new Malformed('an attempt that is not there')
    set.add(attempt)
  }
}

const workers: Part = {
  *write(context) {
    for (const worker of context.cluster.workers.values()) {
      const fields = workerForm.write({
        ...worker,
        hostPorts: [...worker.hostPorts],
        reservedDevices: [...worker.reservedDevices],
        volumes: [...worker.volumes],
      })
      yield [fields, numbersOf(context, worker.instances)]
    }
  },
  read: (context, line) => {
    const [fields, held] = listOf('worker', line)
    const { hostPorts, reservedDevices, volumes, ...worker } = workerForm.read(fields)
    const instances = new Set<Attempt>()
    addAttempts(context, instances, held)
    context.cluster.workers.set(worker.name, {
      ...worker,
      instances,
      hostPorts: new Set(hostPorts),
      reservedDevices: new Map(reservedDevices),
      volumes: new Map(volumes),
    })
  },
}

const LED: Readonly<Record<LedRole, null>> = { manager: null, scheduler: null }

/** Everything that a cluster is made of, in the order in which it is written: what is referred to comes first. */
export const PARTS: { readonly [K in keyof Cluster]-?: Part } = {
  seq: single(
    ({ cluster }) => cluster.seq,
    ({ cluster }, line) => {
      cluster.seq = numberForm.read(line)
    },
  ),
  ignored: single(
    ({ cluster }) => [cluster.ignored.stale, cluster.ignored.illegal],
    ({ cluster }, line) => {
      const [stale, illegal] = listOf('counts', line)
      Object.assign(cluster.ignored, { stale: numberForm.read(stale), illegal: numberForm.read(illegal) })
    },
  ),
  leaders: single(
    ({ cluster }) => Object.keys(LED).map((role) => leaderForm.write(cluster.leaders[role as LedRole])),
    ({ cluster }, line) => {
      const leaders = listOf('leaders', line)
      for (const [at, role] of Object.keys(LED).entries())
        Object.assign(cluster.leaders[role as LedRole], leaderForm.read(leaders[at]))
    },
  ),
  scheduling: single(
    ({ cluster }) => schedulingForm.write(cluster.scheduling),
    ({ cluster }, line) => {
      Object.assign(cluster.scheduling, schedulingForm.read(line))
    },
  ),
  rebalance: single(
    ({ cluster }) => rebalanceForm.write(cluster.rebalance),
    ({ cluster }, line) => {
      cluster.rebalance = rebalanceForm.read(line)
    },
  ),
  services: mapPart('services', ({ services }) => services, serviceForm),
  quarantined: mapPart('quarantined aggregates', ({ quarantined }) => quarantined, quarantinedForm),
  purged: mapPart('purged jobs', ({ purged }) => purged, numberForm),
  strays: mapPart('strays', ({ strays }) => strays, numberForm),
  jobs,
  workers,
  unhosted: single(
    (context) => numbersOf(context, context.cluster.unhosted),
    (context, line) => addAttempts(context, context.cluster.unhosted, line),
  ),
}
