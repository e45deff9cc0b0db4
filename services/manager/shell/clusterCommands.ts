import * as E from 'fp-ts/Either'
import {
  endpoint,
  type ForgetReply,
  type IntakeReply,
  type LabelReply,
  MAX_LABELS,
  type RebalanceReply,
  type SkipReply,
} from '#libs/api'
import type { Endpoint } from '#libs/log'
import type { LedService } from '#libs/runtime'
import { forget, label, type ManagerView, rebalance, type Skipped, setIntake, skip, type Wish } from '../core'
import type { Done, Perform } from './perform'

/** The verbs by which something is asked of workers, and of the cluster as a whole. `queue`: managers share the requests. */
export const clusterCommands = (
  prefix: string,
  queue: string,
  { view }: LedService<ManagerView>,
  perform: Perform,
): Endpoint[] => [
  ...WISHES.map((wish) =>
    endpoint({ prefix, verb: wish, queue }, async ({ worker, deadlineMs, reason, actor }) => {
      const done = await perform(`worker ${worker}`, actor, (cluster) =>
        setIntake(cluster, worker, wish, deadlineMs, reason),
      )
      return E.map(intakeReply(worker))(done)
    }),
  ),
  endpoint({ prefix, verb: 'label', queue }, async ({ worker, labels, reason, actor }) => {
    const done = await perform(`worker ${worker}`, actor, (cluster) =>
      label(cluster, worker, labels, reason, MAX_LABELS),
    )
    return E.map((one: Done): LabelReply => {
      return { ...intakeReply(worker)(one), labels: view.cluster.workers.get(worker)?.labels ?? {} }
    })(done)
  }),
  endpoint({ prefix, verb: 'forget', queue }, async ({ worker, reason, actor }) => {
    const done = await perform(`worker ${worker}`, actor, (cluster) => forget(cluster, worker, reason))
    return E.map(({ wrote, seq }: Done): ForgetReply => {
      return { worker, seq, outcome: wrote ? 'forgotten' : 'already-forgotten' }
    })(done)
  }),
  endpoint({ prefix, verb: 'rebalance', queue }, async ({ policy, moves, reason, actor }) => {
    const done = await perform('the balance', actor, (cluster) => rebalance(cluster, policy, moves, reason))
    return E.map(({ wrote, seq }: Done): RebalanceReply => ({ seq, outcome: wrote ? 'done' : 'unchanged' }))(done)
  }),
  endpoint({ prefix, verb: 'skip', queue }, async ({ sequence, reason, actor }) => {
    const done = await perform('the quarantine', actor, (cluster) => skip(cluster, sequence, reason))
    return E.map(({ outcome: { aggregate, through }, seq }: Done<Skipped>): SkipReply => {
      return { aggregate, sequence, through, seq }
    })(done)
  }),
]

const WISHES: readonly Wish[] = ['cordon', 'uncordon', 'drain']

const intakeReply =
  (worker: string) =>
  ({ wrote, seq }: Done): IntakeReply => ({ worker, seq, outcome: wrote ? 'done' : 'unchanged' })
