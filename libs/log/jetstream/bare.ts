import { connect, createInbox, type MsgHdrs, type NatsConnection, nuid } from 'nats'

/**
 * What client and server can do by themselves, on the quickest way known, with nothing of ork's own: the limit that the
 * benchmarks put beside ork's figures.
 */

const WINDOW = 2_048
const BATCH = 1_000
/** One is being synced while the next is on its way. */
const BATCHES = 2
const REQUEST = 5_000

/** One publish, ready to be sent: with a header block (`NATS/1.0…`), if it has any. */
export interface BarePublish {
  readonly subject: string
  readonly payload: Uint8Array
  readonly headers?: Uint8Array
}

/** Publishes what is ready; resolves when all is acknowledged, in whatever way. Returns milliseconds. */
export const publishAll = async (servers: string, publishes: readonly BarePublish[]): Promise<number> => {
  const nc = await connect({ servers, noAsyncTraces: true })
  const inbox = createInbox()
  const start = performance.now()
  await new Promise<void>((resolve) => {
    let sent = 0
    let acknowledged = 0
    const send = (): void => {
      for (; sent < publishes.length && sent - acknowledged < WINDOW; sent += 1) publishOne(nc, publishes[sent], inbox)
    }
    nc.subscribe(inbox, {
      callback: () => {
        acknowledged += 1
        if (acknowledged === publishes.length) resolve()
        else if (sent - acknowledged <= WINDOW / 2) send()
      },
    })
    send()
  })
  const took = performance.now() - start
  await nc.close()
  return took
}

/** The same in atomic batches of 1,000, each acknowledged as a whole: the quickest way where every write is synced. */
export const publishBatches = async (servers: string, publishes: readonly BarePublish[]): Promise<number> => {
  const nc = await connect({ servers, noAsyncTraces: true })
  const inbox = createInbox()
  const start = performance.now()
  await new Promise<void>((resolve) => {
    const count = Math.ceil(publishes.length / BATCH)
    let sent = 0
    let committed = 0
    const send = (): void => {
      for (; sent < count && sent - committed < BATCHES; sent += 1) {
        publishBatch(nc, publishes.slice(sent * BATCH, (sent + 1) * BATCH), inbox)
      }
    }
    nc.subscribe(inbox, {
      callback: (_error, { data }) => {
        if (data.length === 0) return // the first of a batch is answered with nothing: go on
        committed += 1
        if (committed === count) resolve()
        else send()
      },
    })
    send()
  })
  const took = performance.now() - start
  await nc.close()
  return took
}

const publishBatch = (nc: NatsConnection, batch: readonly BarePublish[], reply: string): void => {
  const id = nuid.next()
  for (const [at, { subject, payload }] of batch.entries()) {
    const isLast = at === batch.length - 1
    const more = isLast ? 'Nats-Batch-Commit: 1\r\n' : ''
    const headers = Buffer.from(`NATS/1.0\r\nNats-Batch-Id: ${id}\r\nNats-Batch-Sequence: ${at + 1}\r\n${more}\r\n`)
    publishOne(nc, { subject, payload, headers }, isLast || at === 0 ? reply : '')
  }
}

const publishOne = (nc: NatsConnection, publish: BarePublish | undefined, reply: string): void => {
  if (publish === undefined) return
  const { subject, payload, headers } = publish
  if (headers === undefined) return nc.publish(subject, payload, { reply })
  // The client asks the headers of a publish for nothing but their bytes.
  nc.publish(subject, payload, { reply, headers: { encode: () => headers } as unknown as MsgHdrs })
}

/** Reads the first `count` messages of a stream and looks at none. Returns milliseconds. */
export const readAll = async (servers: string, stream: string, count: number): Promise<number> => {
  const nc = await connect({ servers, noAsyncTraces: true })
  const name = `bare-${Date.now()}`
  const config = { name, ack_policy: 'none', deliver_policy: 'all', mem_storage: true, inactive_threshold: 60e9 }
  const body = JSON.stringify({ stream_name: stream, config, action: 'create' })
  const start = performance.now()
  await nc.request(`$JS.API.CONSUMER.CREATE.${stream}.${name}`, body, { timeout: 10_000 })
  const inbox = createInbox()
  await new Promise<void>((resolve) => {
    let outstanding = 0
    let seen = 0
    const ask = (): void => {
      const request = JSON.stringify({ batch: REQUEST - outstanding, expires: 30e9 })
      outstanding = REQUEST
      nc.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, request, { reply: inbox })
    }
    nc.subscribe(inbox, {
      callback: () => {
        seen += 1
        outstanding -= 1
        if (seen === count) resolve()
        else if (outstanding <= REQUEST / 2) ask()
      },
    })
    ask()
  })
  const took = performance.now() - start
  await nc.close()
  return took
}
