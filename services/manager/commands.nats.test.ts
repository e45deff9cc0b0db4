import pino from 'pino'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { startManager } from '#services/manager'
import { clientOf } from '../../libs/testing/cluster/client'
import { aJob } from '../../libs/testing/happenings'
import { mustConnect } from '../../libs/testing/jetStream'
import { withNats } from '../../libs/testing/nats'

const SUBMITS = 200

/** Versions that differ in what they run, so that each is a version of its own. */
const version = (at: number) => aJob({ tasks: [{ env: { VERSION: String(at) } }] })

for (const managers of [1, 2]) {
  test(`${SUBMITS} submits of one job at once, served by ${managers} of the managers, are all acknowledged`, () =>
    withNats(async (nats) => {
      const connections = await Promise.all(
        Array.from({ length: managers + 1 }, () => mustConnect({ servers: nats.url })),
      )
      const [client, ...own] = connections
      if (client === undefined) throw new Error('no connection')
      const running = await Promise.all(
        own.map((connection, at) =>
          startManager({ connection, name: `m${at + 1}`, logger: pino({ level: 'silent' }) }),
        ),
      )
      const { submit } = clientOf(client)
      const replies = await Promise.all(Array.from({ length: SUBMITS }, (_, at) => submit(version(at), 60_000)))
      assert.equal(
        replies.map((reply) => reply.version).sort((a, b) => a - b),
        Array.from({ length: SUBMITS }, (_, at) => at + 1),
      )
      assert.ok(replies.every(({ outcome }) => outcome === 'submitted'))
      await Promise.all(running.map((one) => one.stop()))
      await Promise.all(connections.map((connection) => connection.close()))
    }))
}

test.run()
