import { subjectOf } from '#libs/events'
import { bare } from '#libs/log'
import { mustConnect } from '../server'
import type { BenchCluster } from './cluster'

const PREFIX = 'bare'

/**
 * What the same server takes of the same events when nothing else is done with them: those of a run, from a sequence on,
 * published ready-made by a client that does nothing else, into a stream that is kept alike. Events a second.
 */
export const bareRate = async (
  cluster: BenchCluster,
  from: number,
  count: number,
  durable: boolean,
): Promise<number> => {
  const publishes: bare.BarePublish[] = []
  const { log } = cluster.connection
  for await (const entries of log.read({ from, to: from + count - 1 })) {
    for (const { event } of entries) {
      if (event.type === 'Unreadable') continue
      publishes.push({ subject: subjectOf(PREFIX, event), payload: Buffer.from(JSON.stringify(event)) })
    }
  }
  const stream = await mustConnect({ servers: cluster.url, prefix: PREFIX, sync: durable ? 'always' : 'relaxed' })
  await stream.close()
  const ms = await (durable ? bare.publishBatches : bare.publishAll)(cluster.url, publishes)
  return (publishes.length / ms) * 1_000
}
