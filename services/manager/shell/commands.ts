import * as E from 'fp-ts/Either'
import {
  type ChangeReply,
  endpoint,
  type ForgetReply,
  type IntakeReply,
  type LabelReply,
  MAX_LABELS,
  type RebalanceReply,
  type RunReply,
  type SkipReply,
  type StopReply,
  type SubmitReply,
} from '#libs/api'
import type { Cluster } from '#libs/cluster'
import type { OrkError } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import type { LedService } from '#libs/runtime'
import {
  type Begun,
  forget,
  label,
  type ManagerView,
  type Outcome,
  rebalance,
  restart,
  revert,
  run,
  scale,
  setIntake,
  skip,
  steer,
  stop,
  submit,
} from '../core'
import { pastVersion } from './pastVersion'

/** Managers share the requests among them. */
export const QUEUE = 'managers'

/** The verbs by which something is asked for: each is decided on the newest view, and written or refused. */
export const commands = (connection: Connection, service: LedService<ManagerView>): Endpoint[] => {
  const { prefix, log } = connection
  const change = (
    job: string,
    actor: string | null,
    decide: (cluster: Cluster) => E.Either<OrkError, Outcome>,
  ): Promise<E.Either<OrkError, ChangeReply>> => {
    const reply = (wrote: boolean, version: number, seq: number): ChangeReply => ({
      job,
      version,
      seq,
      outcome: wrote ? 'done' : 'unchanged',
    })
    return service.execute(`job ${job}`, (cluster) => E.map(commandOf(reply))(decide(cluster)), actor)
  }
  return [
    endpoint({ prefix, verb: 'submit', queue: QUEUE }, ({ spec, actor, ...more }) => {
      const reply = (wrote: boolean, version: number, seq: number): SubmitReply => ({
        job: spec.name,
        version,
        seq,
        outcome: wrote ? 'submitted' : 'unchanged',
      })
      return service.execute(
        `job ${spec.name}`,
        (cluster) => E.map(commandOf(reply))(submit(cluster, spec, more)),
        actor,
      )
    }),
    endpoint({ prefix, verb: 'stop', queue: QUEUE }, ({ job, reason, purge, actor }) => {
      const reply = (wrote: boolean, _version: number, seq: number): StopReply => ({
        job,
        seq,
        outcome: wrote ? 'stopping' : 'already-stopped',
      })
      return service.execute(
        `job ${job}`,
        (cluster) => E.map(commandOf(reply))(stop(cluster, job, reason, purge)),
        actor,
      )
    }),
    endpoint({ prefix, verb: 'skip', queue: QUEUE }, ({ sequence, reason, actor }) =>
      service.execute(
        'the quarantine',
        (cluster) => {
          const outcome = skip(cluster, sequence, reason)
          if (E.isLeft(outcome)) return outcome
          const { decision, aggregate, through } = outcome.right
          return E.right({ decision, done: (seq): SkipReply => ({ aggregate, sequence, through, seq }) })
        },
        actor,
      ),
    ),
    endpoint({ prefix, verb: 'forget', queue: QUEUE }, ({ worker, reason, actor }) => {
      const reply = (wrote: boolean, _version: number, seq: number): ForgetReply => ({
        worker,
        seq,
        outcome: wrote ? 'forgotten' : 'already-forgotten',
      })
      return service.execute(
        `worker ${worker}`,
        (cluster) => E.map(commandOf(reply))(forget(cluster, worker, reason)),
        actor,
      )
    }),
    endpoint({ prefix, verb: 'rebalance', queue: QUEUE }, ({ policy, moves, reason, actor }) => {
      const reply = (wrote: boolean, _version: number, seq: number): RebalanceReply => ({
        seq,
        outcome: wrote ? 'done' : 'unchanged',
      })
      return service.execute(
        'the balance',
        (cluster) => E.map(commandOf(reply))(rebalance(cluster, policy, moves, reason)),
        actor,
      )
    }),
    ...WISHES.map((wish) =>
      endpoint({ prefix, verb: wish, queue: QUEUE }, ({ worker, deadlineMs, reason, actor }) => {
        const reply = (wrote: boolean, _version: number, seq: number): IntakeReply => ({
          worker,
          seq,
          outcome: wrote ? 'done' : 'unchanged',
        })
        return service.execute(
          `worker ${worker}`,
          (cluster) => E.map(commandOf(reply))(setIntake(cluster, worker, wish, deadlineMs, reason)),
          actor,
        )
      }),
    ),
    endpoint({ prefix, verb: 'label', queue: QUEUE }, ({ worker, labels, reason, actor }) => {
      const reply = (wrote: boolean, _version: number, seq: number): LabelReply => ({
        worker,
        seq,
        outcome: wrote ? 'done' : 'unchanged',
        labels: service.view.cluster.workers.get(worker)?.labels ?? {},
      })
      return service.execute(
        `worker ${worker}`,
        (cluster) => E.map(commandOf(reply))(label(cluster, worker, labels, reason, MAX_LABELS)),
        actor,
      )
    }),
    ...STEERING.map((how) =>
      endpoint({ prefix, verb: how, queue: QUEUE }, ({ job, reason, actor }) =>
        change(job, actor, (cluster) => steer(cluster, job, how, reason)),
      ),
    ),
    endpoint({ prefix, verb: 'run', queue: QUEUE }, ({ job, actor, ...wanted }) =>
      service.execute(
        `job ${job}`,
        (cluster) =>
          E.map((begun: Begun) => {
            const { run } = begun
            const reply = (wrote: boolean, version: number, seq: number): RunReply => ({
              job,
              run,
              version,
              seq,
              outcome: wrote ? 'done' : 'unchanged',
            })
            return commandOf(reply)(begun)
          })(run(cluster, job, wanted, service.now().wall)),
        actor,
      ),
    ),
    endpoint({ prefix, verb: 'scale', queue: QUEUE }, ({ job, task, replicas, reason, actor }) =>
      change(job, actor, (cluster) => scale(cluster, job, task, replicas, reason)),
    ),
    endpoint({ prefix, verb: 'restart', queue: QUEUE }, ({ reason, actor, ...what }) =>
      change(what.job, actor, (cluster) => restart(cluster, what, reason)),
    ),
    endpoint({ prefix, verb: 'revert', queue: QUEUE }, async ({ job, to, reason, actor }) => {
      const past = await pastVersion(log, service.view.cluster, job, to)
      if (E.isLeft(past)) return past
      const { version, spec } = past.right
      const done = await change(job, actor, (cluster) => revert(cluster, job, version, spec, reason))
      return E.map((reply: ChangeReply) => ({ ...reply, to: version }))(done)
    }),
  ]
}

const WISHES = ['cordon', 'uncordon', 'drain'] as const
const STEERING = ['pause', 'resume', 'promote'] as const

/** What a command comes to, as the service carries it out: what to write, and what to answer once that is done. */
const commandOf =
  <T>(reply: (wrote: boolean, version: number, seq: number) => T) =>
  (outcome: Outcome) =>
    outcome.tag === 'Write'
      ? { decision: outcome.decision, done: (seq: number) => reply(true, outcome.version, seq) }
      : { decision: null, done: () => reply(false, outcome.version, outcome.seq) }
