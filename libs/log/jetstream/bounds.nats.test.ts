import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectNats, type NatsConnection } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { OrkEvent } from '#libs/events'
import type { Connection } from '#libs/log'
import { mustConnect } from '../../testing/jetStream'
import { aFact, eventOf } from '../../testing/logEvents'
import { startTestNats, type TestNats } from '../../testing/nats'

interface Context {
  nats: TestNats
  admin: NatsConnection
  many: Connection
  large: Connection
}

const test = suite<Context>('memory while catching up')

const EVENTS = 100_000
const LARGE_EVENTS = 4_000
const LARGE_BYTES = 20_000
const MiB = 2 ** 20
const PATIENCE_MS = 60_000

/** Says more than most, and about nothing that anyone decides on. */
const aLargeFact = (index: number): OrkEvent => {
  const data = { job: 'web', task: 'api', index: index % 50, worker: 'w1', attempt: 1, placement: 1 }
  return eventOf({ type: 'TaskRejected', data: { ...data, reason: 'x'.repeat(LARGE_BYTES) } })
}

const write = async ({ log }: Connection, count: number, make: (at: number) => OrkEvent): Promise<void> => {
  for (let from = 0; from < count; from += 4_000) {
    await log.append(Array.from({ length: Math.min(4_000, count - from) }, (_, at) => ({ event: make(from + at) })))
  }
}

test.before(async (context) => {
  const nats = await startTestNats()
  const many = await mustConnect({ servers: nats.url, prefix: 'many' })
  const large = await mustConnect({ servers: nats.url, prefix: 'large' })
  await write(many, EVENTS, (at) => aFact(at % 50))
  await write(large, LARGE_EVENTS, aLargeFact)
  Object.assign(context, { nats, many, large, admin: await connectNats({ servers: nats.url }) })
})
test.after(async ({ nats, admin, many, large }) => {
  await Promise.all([admin.close(), many.close(), large.close()])
  await nats.stop()
})

/** How many messages the server has handed to the one who reads a stream, once it hands out no more. */
const handedOut = async ({ admin }: Context, stream: string): Promise<number> => {
  const manager = await admin.jetstreamManager()
  for (let before = -1, giveUp = Date.now() + PATIENCE_MS; ; await sleep(300)) {
    const [consumer] = await manager.consumers.list(stream).next()
    const now = consumer?.delivered.consumer_seq ?? 0
    if (now === before && now > 0) return now
    if (Date.now() > giveUp) throw new Error(`it goes on: ${before}, ${now}`)
    before = now
  }
}

test('a reader that does not come on holds some thousand events, of 100,000, and then reads on to the last', async (context) => {
  let count = 0
  for await (const entries of context.many.log.read({ from: 1 })) {
    if (count === 0) {
      const held = await handedOut(context, 'MANY_EVENTS')
      assert.ok(held <= 15_000, `${held} events were handed out`)
    }
    for (const { seq } of entries) {
      count += 1
      assert.is(seq, count)
    }
  }
  assert.is(count, EVENTS)
})

test('a reader of large events that does not come on holds some MiB, and not some thousand events', async (context) => {
  let count = 0
  for await (const entries of context.large.log.read({ from: 1 })) {
    if (count === 0) {
      const bytes = (await handedOut(context, 'LARGE_EVENTS')) * LARGE_BYTES
      assert.ok(bytes <= 52 * MiB, `${bytes / MiB} MiB were handed out`)
    }
    count += entries.length
  }
  assert.is(count, LARGE_EVENTS)
})

test('a follower is given no more than a request at a time, however far behind it is', async ({ many }) => {
  let count = 0
  let most = 0
  const following = many.log.follow({
    from: 1,
    onEntries: (entries) => {
      count += entries.length
      most = Math.max(most, entries.length)
    },
  })
  await following.caughtUp
  assert.is(count, EVENTS)
  assert.ok(most <= 5_000, `${most} at once`)
  await following.stop()
})

test.run()
