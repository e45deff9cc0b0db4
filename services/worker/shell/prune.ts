import * as E from 'fp-ts/Either'
import { endpoint, type Replies } from '#libs/api'
import { instanceId, type OrkError } from '#libs/kernel'
import type { Connection, Endpoint } from '#libs/log'
import { imagesOf, liveSpecs, prunableContainers, unwantedVolumes } from '../core'
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
  const live = imagesOf(liveSpecs(view.cluster))
  const images = [...(await imagesEverAsked(worker.connection))].filter((image) => !live.has(image))
  const leaving = prunableContainers(view).map(({ id }) => id)
  const found = await driver.unused({ images, cluster: worker.connection.log.cluster, leaving })
  if (E.isLeft(found)) return found
  const unused = { ...found.right, volumes: volumes ? unwantedVolumes(view, found.right.volumes) : [] }
  return E.right(apply ? await driver.discard(unused) : unused)
}

/** Those of jobs that were purged, too: as far back as the log goes. What reverts and scales was submitted before. */
const imagesEverAsked = async ({ log }: Connection): Promise<ReadonlySet<string>> => {
  const images = new Set<string>()
  const { firstSeq, lastSeq } = await log.info()
  const queries = [{ topic: 'job', type: 'JobSubmitted' }] as const
  for await (const entries of log.read({ from: Math.max(1, firstSeq), to: lastSeq, queries })) {
    for (const { event } of entries) {
      if (event.type === 'JobSubmitted') for (const image of imagesOf([event.data.spec])) images.add(image)
    }
  }
  return images
}
