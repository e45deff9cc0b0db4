import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { simulatedDriver } from '#libs/drivers'
import type { Draft } from '#libs/events'
import { NO_RESOURCES } from '#libs/kernel'
import { permissionsFor } from '#libs/nats-server'
import { createLogger, type Machine, theMachine } from '#libs/runtime'
import { eventually } from '../../../libs/testing/cluster'
import { aJob, elected, submitted } from '../../../libs/testing/happenings'
import { mustConnect } from '../../../libs/testing/jetStream'
import { eventOf } from '../../../libs/testing/logEvents'
import { withNats } from '../../../libs/testing/nats'
import { Worker } from './worker'

const named = { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: 1 }
const DECISIONS: readonly Draft[] = [
  elected('scheduler', 's1', 1),
  submitted(aJob()),
  { type: 'TaskScheduled', data: { ...named, version: 1, policy: 'test', asOf: 2, ports: [] } },
]

/** What cannot be told is not waited for at the end. */
const HASTY: Machine = { ...theMachine, after: (ms, call) => theMachine.after(Math.min(ms, 200), call) }

/** All that a worker may do, but for signs of life and facts about instances. */
const tooNarrow = () => {
  const { publish, ...rest } = permissionsFor('worker', 'w1')
  return { ...rest, publish: publish.filter((subject) => !/^ork\.(heartbeats|events\.task)\./.test(subject)) }
}

test('a worker whose login may publish no signs of life, or no facts, says so with the subject, and keeps what it runs', () => {
  const users = [
    { user: 'root', password: 'r' },
    { user: 'w', password: 'w', permissions: tooNarrow() },
  ]
  return withNats(
    async ({ url }) => {
      const root = await mustConnect({ servers: url, user: 'root', pass: 'r' })
      await root.log.append(DECISIONS.map((draft) => ({ event: eventOf(draft) })))
      const connection = await mustConnect({ servers: url, user: 'w', pass: 'w', create: false })
      const said: string[] = []
      const driver = simulatedDriver()
      const worker = new Worker({
        connection,
        name: 'w1',
        version: '0.1.0',
        host: 'here',
        labels: {},
        drivers: [driver],
        capacity: { cpuMilli: 1_000, memoryBytes: 2 ** 30, diskBytes: 2 ** 30 },
        measureUse: async () => NO_RESOURCES,
        logger: createLogger('w1', 'warn', { write: (line) => void said.push(line) }),
        heartbeatEveryMs: 100,
        machine: HASTY,
      })
      await worker.start()
      const hasSaid = (what: RegExp) => async () => said.some((line) => what.test(line))
      await eventually('it says so', hasSaid(/"ork\.heartbeats\.w1".*store no signs of life/), 30_000, () => said)
      const noFacts = /"where":"ork\.events\.task\.web\.api\.0\.w1\.TaskStarted".*does not take facts/
      await eventually('it says so', hasSaid(noFacts), 30_000, () => said)
      const listed = await driver.list({ cluster: root.log.cluster, worker: 'w1' })
      assert.equal(E.isRight(listed) && listed.right.map(({ state }) => state), ['running'])
      await connection.close()
      await worker.stop()
      await root.close()
    },
    { users },
  )
})

test.run()
