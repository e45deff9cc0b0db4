import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { dumpCluster } from '#libs/cluster'
import { aJob, registered, submitted } from '../testing/happenings'
import { mustConnect } from '../testing/jetStream'
import { arrives, isElection, ledService, PATIENT } from '../testing/ledServices'
import { eventOf } from '../testing/logEvents'
import { startTestNats, startTestNatsCluster, type TestNats } from '../testing/nats'
import { DEFAULT_LEASE } from './lease'

const led = suite<{ nats: TestNats }>('led services on JetStream')

led.before(async (context) => {
  context.nats = await startTestNats()
})
led.after(({ nats }) => nats.stop())

/** A bound on a time is held to where the machine is ours alone, as of the tests of faults. */
const FULL = process.env.ORK_FAULTS === 'full'

let logs = 0
/** Two services, the first of which leads, and a third connection that looks on; each has its own log. */
const pair = async ({ nats }: { nats: TestNats }, lease = DEFAULT_LEASE) => {
  logs += 1
  const prefix = `led${logs}`
  const connections = [0, 1, 2].map(() => mustConnect({ servers: nats.url, prefix }))
  const [one, two, onlooker] = await Promise.all(connections)
  if (one === undefined || two === undefined || onlooker === undefined) throw new Error('no connection')
  const [a, b] = [ledService(one, 'a', { lease }), ledService(two, 'b', { lease })]
  await a.start()
  await arrives(onlooker.log, isElection('a', 1))
  await b.start()
  const close = () => Promise.all([one, two, onlooker].map((connection) => connection.close()))
  return { one, log: onlooker.log, a, b, close }
}

led('of two one decides, both fold alike, and a stop hands over at once', async (context) => {
  const { log, a, b, close } = await pair(context, PATIENT)
  await log.append(
    [registered(), submitted(aJob({ tasks: [{ replicas: 5 }] }))].map((draft) => ({ event: eventOf(draft) })),
  )
  await arrives(log, (event) => event.type === 'TaskScheduled' && event.data.index === 4)
  await Promise.all([a.catchUp(), b.catchUp()])
  assert.equal([...dumpCluster(b.view.cluster)], [...dumpCluster(a.view.cluster)])
  const started = performance.now()
  await a.stop()
  await arrives(log, isElection('b', 2))
  assert.ok(performance.now() - started < PATIENT.askAfterMs / 2)
  await b.stop()
  await close()
})

led('a leader whose connection is gone is succeeded by the lease, without having said a word', async (context) => {
  const { one, log, a, b, close } = await pair(context)
  const started = performance.now()
  await one.close()
  await arrives(log, isElection('b', 2))
  const tookMs = performance.now() - started
  if (FULL) assert.ok(tookMs < DEFAULT_LEASE.takeAfterMs + 2 * DEFAULT_LEASE.renewEveryMs, `${tookMs} ms`)
  await Promise.all([a.stop(), b.stop()])
  await close()
})

led('on three servers, the stream leader is killed: its election ends no lease, and the leader leads on', async () => {
  const cluster = await startTestNatsCluster()
  const onlooker = await mustConnect({ servers: cluster.url, replicas: 3, waitMs: 30_000 })
  let name = (await onlooker.log.info()).leader
  while (name === null) name = (await onlooker.log.info()).leader // they are electing one
  const victim = cluster.servers.findIndex((server) => server.name === name)
  const other = cluster.servers[(victim + 1) % 3]
  // The leader is connected to the very server that dies, the stand-by to one that does not.
  const one = await mustConnect({ servers: cluster.servers[victim]?.url ?? '' })
  const two = await mustConnect({ servers: other?.url ?? '' })
  const [a, b] = [ledService(one, 'a', { lease: DEFAULT_LEASE }), ledService(two, 'b', { lease: DEFAULT_LEASE })]
  await a.start()
  await arrives(onlooker.log, isElection('a', 1))
  await b.start()
  cluster.servers[victim]?.kill('SIGKILL')
  await onlooker.log.append([registered(), submitted()].map((draft) => ({ event: eventOf(draft) })))
  const { event } = await arrives(onlooker.log, ({ type }) => type === 'TaskScheduled')
  assert.is(event.type !== 'Unreadable' && event.epoch, 1)
  await Promise.all([a.catchUp(), b.catchUp()])
  assert.equal([a.leading, b.leading, b.view.cluster.leaders.scheduler.epoch], [true, false, 1])
  await Promise.all([a.stop(), b.stop()])
  await Promise.all([one, two, onlooker].map((connection) => connection.close()))
  await cluster.stop()
})

led.run()
