import * as E from 'fp-ts/Either'
import type { Cluster } from '#libs/cluster'
import { type OrkError, orkError } from '#libs/kernel'
import { noSuchWorker, type Outcome } from './commands'

/** Gives a worker labels, or takes some away (null), at most `most` in all. What is so already is left as it is. */
export const label = (
  cluster: Cluster,
  name: string,
  labels: Readonly<Record<string, string | null>>,
  reason: string | null,
  most: number,
): E.Either<OrkError, Outcome> => {
  const worker = cluster.workers.get(name)
  if (worker === undefined) return E.left(noSuchWorker(cluster, name))
  const changed = Object.entries(labels).filter(
    ([key, text]) => (Object.hasOwn(worker.labels, key) ? worker.labels[key] : null) !== text,
  )
  if (changed.length === 0) return E.right({ tag: 'Nothing', version: 0, seq: worker.seq })
  const all = new Set([...Object.keys(worker.ownLabels), ...Object.keys(worker.givenLabels), ...Object.keys(labels)])
  if (all.size > most) {
    const next = 'take the name of one that it has, or had, already'
    return E.left(
      orkError('TooManyLabels', `${name} would have ${all.size} labels, at most ${most} are kept`, { next }),
    )
  }
  const data = { worker: name, labels: Object.fromEntries(changed), reason }
  return E.right({
    tag: 'Write',
    version: 0,
    decision: { draft: { type: 'WorkerLabelled', data }, expect: worker.seq },
  })
}
