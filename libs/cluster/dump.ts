import { describeCluster, describeInstanceDetail, describeJobDetail, describeWorker } from './describe'
import type { Cluster } from './model/cluster'
import type { Task } from './model/job'

/**
 * The whole view in plain parts, each under a key, for comparing two folds of the same log: equal folds give equal
 * JSON, key by key.
 */
export function* dumpCluster(cluster: Cluster): Generator<readonly [key: string, value: unknown]> {
  yield [
    'cluster',
    {
      ...describeCluster(cluster),
      services: [...cluster.services.keys()].sort(),
      strays: [...cluster.strays].sort(),
      purged: [...cluster.purged].sort(),
      rebalance: cluster.rebalance,
    },
  ]
  for (const name of [...cluster.jobs.keys()].sort()) {
    const job = cluster.jobs.get(name)
    if (job === undefined) continue
    yield [
      `job/${name}`,
      {
        ...describeJobDetail(job),
        seq: job.seq,
        purge: job.purge,
        instances: [...job.tasks.values()].flatMap(dumpTask),
      },
    ]
  }
  for (const name of [...cluster.workers.keys()].sort()) {
    const worker = cluster.workers.get(name)
    if (worker === undefined) continue
    const hostPorts = [...worker.hostPorts].sort()
    const volumes = [...worker.volumes].sort()
    const { seq, portSpaces } = worker
    yield [`worker/${name}`, { ...describeWorker(worker), seq, portSpaces, hostPorts, volumes }]
  }
}

const dumpTask = (task: Task) =>
  [...task.instances].map((instance) => ({
    ...describeInstanceDetail(instance),
    seq: instance.seq,
    placedSeq: instance.placedSeq,
    lostAfterMs: instance.lostAfterMs,
    templateVersion: task.templateVersion,
    template: instance.templateVersion,
    retiringPlacedSeq: instance.retiring?.placedSeq ?? null,
    chosenPorts: instance.chosenPorts,
    aim: instance.aim,
    rejectedBy: instance.rejectedBy,
    resources: instance.spec.resources,
  }))
