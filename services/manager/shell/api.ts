import * as E from 'fp-ts/Either'
import { endpoint, healthEndpoint, type StatusReply, streamEndpoint, viewParts, type WorkerReply } from '#libs/api'
import {
  describeAttempt,
  describeCluster,
  describeInstance,
  describeInstanceDetail,
  describeJob,
  describeJobDetail,
  describeQuarantined,
  describeWorker,
  findInstance,
  instancesOf,
  machinesOf,
  noSuchInstance,
  type Worker,
} from '#libs/cluster'
import { parseInstanceId } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import type { LedService } from '#libs/runtime'
import { type ManagerView, noSuchJob, noSuchWorker } from '../core'
import { clusterCommands } from './clusterCommands'
import { jobCommands } from './jobCommands'
import { performOn } from './perform'

/** Managers share the requests among them. */
const QUEUE = 'managers'

/** Items in one part of a streamed answer: far below the servers' limit of 1 MiB a message. */
const PART_SIZE = 500

/** Serves the verbs that a manager answers, leader or not. */
export const serveApi = (connection: Connection, service: LedService<ManagerView>, name: string) => {
  const { prefix } = connection
  const perform = performOn(service)
  return connection.bus.serve({
    name: 'ork-manager',
    version: '1.0.0',
    description: `manager ${name}: jobs, tasks and workers`,
    endpoints: [
      ...jobCommands(connection, QUEUE, service, perform),
      ...clusterCommands(prefix, QUEUE, service, perform),
      ...questions(prefix, service),
      ...forAll(prefix, service, name),
    ],
  })
}

const questions = (prefix: string, service: LedService<ManagerView>): Endpoint[] => {
  const { view } = service
  const { cluster } = view
  const withHeard = (worker: Worker) => withHeartbeat(view, worker, service.now().mono)
  return [
    streamEndpoint({ prefix, verb: 'jobs', queue: QUEUE }, () =>
      inParts(cluster.seq, cluster.jobs.values(), describeJob),
    ),
    endpoint({ prefix, verb: 'job', queue: QUEUE }, async ({ job: name }) => {
      const job = cluster.jobs.get(name)
      return job === undefined
        ? E.left(noSuchJob(cluster, name))
        : E.right({ seq: cluster.seq, ...describeJobDetail(job) })
    }),
    streamEndpoint({ prefix, verb: 'tasks', queue: QUEUE }, ({ job }) =>
      inParts(cluster.seq, instancesOf(cluster, job ?? undefined), (one) => describeInstance(one, cluster.workers)),
    ),
    endpoint({ prefix, verb: 'task', queue: QUEUE }, async ({ id }) => {
      const ref = parseInstanceId(id)
      if (E.isLeft(ref)) return ref
      const instance = findInstance(cluster, ref.right.job, ref.right.task, ref.right.index)
      if (instance === undefined) return E.left(noSuchInstance(id))
      return E.right({ seq: cluster.seq, ...describeInstanceDetail(instance, cluster.workers) })
    }),
    streamEndpoint({ prefix, verb: 'workers', queue: QUEUE }, () =>
      inParts(cluster.seq, cluster.workers.values(), withHeard),
    ),
    streamEndpoint({ prefix, verb: 'quarantine', queue: QUEUE }, () =>
      inParts(cluster.seq, cluster.quarantined, (held) => describeQuarantined(cluster, held)),
    ),
    endpoint({ prefix, verb: 'worker', queue: QUEUE }, async ({ worker: name }) => {
      const worker = cluster.workers.get(name)
      if (worker === undefined) return E.left(noSuchWorker(cluster, name))
      const running = [...worker.instances].map((one) => describeAttempt(one, cluster.workers))
      const machine = machinesOf(cluster.workers.values()).get(worker) ?? []
      const sharesPortsWith = machine
        .filter((one) => one !== worker && one.state !== 'forgotten')
        .map((one) => one.name)
        .sort()
      return E.right({ seq: cluster.seq, ...withHeard(worker), running, sharesPortsWith })
    }),
  ]
}

const forAll = (prefix: string, service: LedService<ManagerView>, name: string): Endpoint[] => [
  endpoint({ prefix, verb: 'status' }, async () => E.right(status(service, name))),
  healthEndpoint(prefix, () => ({ ...service.report(), service: `manager/${name}` })),
  streamEndpoint({ prefix, verb: 'view', target: `manager.${name}` }, ({ keys }) =>
    viewParts(`manager/${name}`, service.view.cluster, keys),
  ),
]

const status = (service: LedService<ManagerView>, name: string): StatusReply => ({
  ...describeCluster(service.view.cluster),
  ...service.report(),
  service: `manager/${name}`,
  alarm: service.view.alarm,
  troubles: troublesOf(service.view),
})

const MAX_TROUBLES = 20

/** Of workers that are there: what one that is not said last is no news. */
const troublesOf = ({ cluster, heard }: ManagerView): StatusReply['troubles'] =>
  [...heard]
    .flatMap(([worker, { heartbeat }]) =>
      cluster.workers.get(worker)?.state === 'ready'
        ? (heartbeat?.troubles ?? []).map((what) => ({ worker, what }))
        : [],
    )
    .slice(0, MAX_TROUBLES)

function* inParts<A, B>(
  seq: number,
  items: Iterable<A>,
  describe: (item: A) => B,
): Generator<{ seq: number; items: B[] }> {
  let part: B[] = []
  for (const item of items) {
    if (part.push(describe(item)) < PART_SIZE) continue
    yield { seq, items: part }
    part = []
  }
  yield { seq, items: part }
}

const withHeartbeat = (view: ManagerView, worker: Worker, mono: number): WorkerReply => {
  const heard = view.heard.get(worker.name)
  const heartbeat = heard?.heartbeat ?? null
  return {
    ...describeWorker(worker),
    silentMs: heard === undefined || heartbeat === null ? null : Math.round(mono - heard.at),
    used: heartbeat?.used ?? null,
    troubles: heartbeat?.troubles ?? [],
    containers: heard?.containers ?? [],
  }
}
