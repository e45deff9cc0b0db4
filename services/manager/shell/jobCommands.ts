import * as E from 'fp-ts/Either'
import { type ChangeReply, endpoint, type RunReply, type StopReply, type SubmitReply } from '#libs/api'
import type { Connection, Endpoint } from '#libs/log'
import type { LedService } from '#libs/runtime'
import { type Begun, type ManagerView, restart, revert, run, type Steering, scale, steer, stop, submit } from '../core'
import { pastVersion } from './pastVersion'
import type { Done, Perform } from './perform'

/** The verbs by which something is asked of a job. `queue`: managers share the requests. */
export const jobCommands = (
  { prefix, log }: Connection,
  queue: string,
  service: LedService<ManagerView>,
  perform: Perform,
): Endpoint[] => [
  endpoint({ prefix, verb: 'submit', queue }, async ({ spec, actor, ...more }) => {
    const done = await perform(`job ${spec.name}`, actor, (cluster) => submit(cluster, spec, more))
    return E.map(({ outcome: { version }, wrote, seq }: Done): SubmitReply => {
      return { job: spec.name, version, seq, outcome: wrote ? 'submitted' : 'unchanged' }
    })(done)
  }),
  endpoint({ prefix, verb: 'stop', queue }, async ({ job, reason, purge, actor }) => {
    const done = await perform(`job ${job}`, actor, (cluster) => stop(cluster, job, reason, purge))
    return E.map(({ wrote, seq }: Done): StopReply => {
      return { job, seq, outcome: wrote ? 'stopping' : 'already-stopped' }
    })(done)
  }),
  ...STEERING.map((how) =>
    endpoint({ prefix, verb: how, queue }, async ({ job, reason, actor }) => {
      const done = await perform(`job ${job}`, actor, (cluster) => steer(cluster, job, how, reason))
      return E.map(changeReply(job))(done)
    }),
  ),
  endpoint({ prefix, verb: 'scale', queue }, async ({ job, task, replicas, reason, actor }) => {
    const done = await perform(`job ${job}`, actor, (cluster) => scale(cluster, job, task, replicas, reason))
    return E.map(changeReply(job))(done)
  }),
  endpoint({ prefix, verb: 'restart', queue }, async ({ reason, actor, ...what }) => {
    const done = await perform(`job ${what.job}`, actor, (cluster) => restart(cluster, what, reason))
    return E.map(changeReply(what.job))(done)
  }),
  endpoint({ prefix, verb: 'revert', queue }, async ({ job, to, reason, actor }) => {
    const past = await pastVersion(log, service.view.cluster, job, to)
    if (E.isLeft(past)) return past
    const { version, spec } = past.right
    const done = await perform(`job ${job}`, actor, (cluster) => revert(cluster, job, version, spec, reason))
    return E.map((one: Done) => ({ ...changeReply(job)(one), to: version }))(done)
  }),
  endpoint({ prefix, verb: 'run', queue }, async ({ job, actor, ...wanted }) => {
    const done = await perform(`job ${job}`, actor, (cluster) => run(cluster, job, wanted, service.now().wall))
    return E.map((one: Done<Begun>): RunReply => ({ ...changeReply(job)(one), run: one.outcome.run }))(done)
  }),
]

const STEERING: readonly Steering[] = ['pause', 'resume', 'promote']

const changeReply =
  (job: string) =>
  ({ outcome: { version }, wrote, seq }: Done): ChangeReply => ({
    job,
    version,
    seq,
    outcome: wrote ? 'done' : 'unchanged',
  })
