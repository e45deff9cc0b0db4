import * as E from 'fp-ts/Either'
import { endpoint, healthEndpoint, type SetPolicyReply, type StatusReply, streamEndpoint, viewParts } from '#libs/api'
import { describeCluster, findInstance, noSuchInstance } from '#libs/cluster'
import { parseInstanceId } from '#libs/kernel'
import type { Connection } from '#libs/log'
import type { LedService } from '#libs/runtime'
import { explain, policyFor, type SchedulerView, setPolicy } from '../core'

/** Serves the verbs that a scheduler answers, leader or not: all fold the same log. */
export const serveApi = (connection: Connection, service: LedService<SchedulerView>, name: string) => {
  const { prefix } = connection
  const { view } = service
  return connection.bus.serve({
    name: 'ork-scheduler',
    version: '1.0.0',
    description: `scheduler ${name}: why an instance is where it is`,
    endpoints: [
      endpoint({ prefix, verb: 'explain', queue: 'schedulers' }, async ({ id }) => {
        const ref = parseInstanceId(id)
        if (E.isLeft(ref)) return ref
        const instance = findInstance(view.cluster, ref.right.job, ref.right.task, ref.right.index)
        if (instance === undefined) return E.left(noSuchInstance(id))
        const workers = explain(view, instance)
        return E.right({
          seq: view.cluster.seq,
          id,
          kind: instance.task.job.kind,
          pending: instance.state === 'pending',
          awaits: instance.awaits,
          policy: policyFor(view, instance),
          workers,
        })
      }),
      endpoint({ prefix, verb: 'set-policy', queue: 'schedulers' }, ({ policy, seed, preemption, actor }) =>
        service.execute(
          'the policy',
          (cluster) => {
            const decision = setPolicy(cluster, { policy, seed, preemption })
            const outcome = decision === null ? 'unchanged' : 'set'
            const { scheduling } = cluster
            const now = {
              policy: policy ?? scheduling.policy,
              preemption: preemption ?? scheduling.preemption,
            }
            return E.right({ decision, done: (seq): SetPolicyReply => ({ ...now, seq, outcome }) })
          },
          actor,
        ),
      ),
      endpoint(
        { prefix, verb: 'status' },
        async (): Promise<E.Either<never, StatusReply>> =>
          E.right({
            ...describeCluster(view.cluster),
            ...service.report(),
            service: `scheduler/${name}`,
            alarm: null,
            troubles: [],
          }),
      ),
      healthEndpoint(prefix, () => ({ ...service.report(), service: `scheduler/${name}` })),
      streamEndpoint({ prefix, verb: 'view', target: `scheduler.${name}` }, ({ keys }) =>
        viewParts(`scheduler/${name}`, view.cluster, keys),
      ),
    ],
  })
}
