import * as E from 'fp-ts/Either'
import type { Cluster, Intake } from '#libs/cluster'
import type { Draft } from '#libs/events'
import type { OrkError } from '#libs/kernel'
import { noSuchWorker, type Outcome } from './commands'

/** What a user may want of a worker. */
export type Wish = 'cordon' | 'uncordon' | 'drain'

/** Closes a worker to new instances, has it emptied, or opens it again. What is so already is left as it is. */
export const setIntake = (
  cluster: Cluster,
  name: string,
  wish: Wish,
  deadlineMs: number | null,
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const worker = cluster.workers.get(name)
  if (worker === undefined) return E.left(noSuchWorker(cluster, name))
  if (isSo(wish, worker.intake, worker.drainDeadlineMs === deadlineMs)) {
    return E.right({ tag: 'Nothing', version: 0, seq: worker.seq })
  }
  const draft: Readonly<Record<Wish, Draft>> = {
    cordon: { type: 'WorkerCordoned', data: { worker: name, reason } },
    uncordon: { type: 'WorkerUncordoned', data: { worker: name, reason } },
    drain: { type: 'WorkerDraining', data: { worker: name, deadlineMs, reason } },
  }
  return E.right({ tag: 'Write', version: 0, decision: { draft: draft[wish], expect: worker.seq } })
}

/** A worker that is drained is cordoned, too. */
const isSo = (wish: Wish, intake: Intake, sameDeadline: boolean): boolean => {
  switch (wish) {
    case 'cordon':
      return intake !== 'open'
    case 'uncordon':
      return intake === 'open'
    case 'drain':
      return intake === 'drained' || (intake === 'draining' && sameDeadline)
  }
}
