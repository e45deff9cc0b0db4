import * as E from 'fp-ts/Either'
import { endpoint, type Replies } from '#libs/api'
import { versionIn } from '#libs/cluster'
import { instanceId, type OrkError } from '#libs/kernel'
import type { Endpoint } from '#libs/log'
import type { JobSpec } from '#libs/spec'
import { askedBy, liveSpecs, prunableContainers } from '../core'
import type { Sessions } from './exec'

type Pruned = Replies['prune']

/** Answers `prune`: what here is of no use to any job any more, and if asked for, away with it. */
export const pruneEndpoint = (sessions: Sessions): Endpoint => {
  const { connection, name: target } = sessions.worker
  return endpoint({ prefix: connection.prefix, verb: 'prune', target }, async ({ volumes, apply, actor }) => {
    if (apply) sessions.worker.logger.info({ volumes, actor }, 'prune')
    const containers = await containersOf(sessions, apply)
    const rest = await unusedOf(sessions, { volumes, apply })
    return E.isLeft(rest) ? rest : E.right({ containers, ...rest.right })
  })
}

const containersOf = async ({ view, drivers }: Sessions, apply: boolean): Promise<Pruned['containers']> => {
  const gone: Pruned['containers'][number][] = []
  for (const { ref, driver } of prunableContainers(view)) {
    const removed = apply ? await drivers.get(driver)?.remove(ref) : E.right(undefined)
    if (removed !== undefined && E.isRight(removed)) gone.push({ id: instanceId(ref), attempt: ref.attempt })
  }
  return gone
}

const unusedOf = async (
  { worker, view, drivers }: Sessions,
  { volumes, apply }: { readonly volumes: boolean; readonly apply: boolean },
): Promise<E.Either<OrkError, Omit<Pruned, 'containers'>>> => {
  const driver = drivers.get('docker')
  if (driver?.unused === undefined || driver.discard === undefined) return E.right({ images: [], volumes: [] })
  const live = askedBy(liveSpecs(view.cluster))
  const ever = askedBy(await everSubmitted({ worker, view }))
  const named = {
    images: [...ever.images].filter((image) => !live.images.has(image)),
    volumes: volumes ? [...ever.volumes].filter((name) => !live.volumes.has(name)) : [],
  }
  const leaving = prunableContainers(view).map(({ id }) => id)
  const unused = await driver.unused(named, leaving)
  return E.isRight(unused) && apply ? E.right(await driver.discard(unused.right)) : unused
}

/** What jobs are and were, as far as the log tells of their latest versions. */
const everSubmitted = async ({ worker, view }: Pick<Sessions, 'worker' | 'view'>): Promise<readonly JobSpec[]> => {
  const specs: JobSpec[] = []
  for (const { spec, version, history } of view.cluster.jobs.values()) {
    specs.push(spec)
    for (const submission of history) {
      if (submission.version === version) continue
      const entry = await worker.connection.log.at(submission.seq)
      const past = entry === null ? null : versionIn(entry, 0)
      if (past !== null) specs.push(past.spec)
    }
  }
  return specs
}
