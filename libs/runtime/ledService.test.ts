import { setTimeout as pause } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Decision, dumpCluster, jobSeq } from '#libs/cluster'
import type { Draft, Entry } from '#libs/events'
import { OrkFailure } from '#libs/kernel'
import { createMemoryLog, type Log, type MemoryLog } from '#libs/log'
import { aJob, registered, stopAsked, submitted } from '../testing/happenings'
import { arrives, faultyConnection, isElection, ledService, oneWorkerCore, PATIENT } from '../testing/ledServices'
import { eventOf } from '../testing/logEvents'
import type { Command } from './commands'
import { theMachine } from './machine'

const tell = (memory: MemoryLog, ...drafts: readonly Draft[]): void => {
  for (const draft of drafts) memory.store.append({ event: eventOf(draft) })
}
const isScheduled = ({ type }: { type: string }): boolean => type === 'TaskScheduled'

/** Two services on one log, the first of which leads. */
const pair = async (more: Parameters<typeof ledService>[2] = {}) => {
  const memory = createMemoryLog()
  const [one, two] = [faultyConnection(memory), faultyConnection(memory)]
  const [a, b] = [ledService(one, 'a', more), ledService(two, 'b', more)]
  await a.start()
  await arrives(memory.log, isElection('a', 1))
  await b.start()
  return { memory, one, two, a, b }
}

test('of two services one decides; both fold alike', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered(), submitted(aJob({ tasks: [{ replicas: 3 }] })))
  await arrives(memory.log, (event) => event.type === 'TaskScheduled' && event.data.index === 2)
  await Promise.all([a.catchUp(), b.catchUp()])
  assert.equal([a.leading, b.leading], [true, false])
  assert.is(a.view.cluster.workers.get('w1')?.instances.size, 3)
  assert.equal([...dumpCluster(b.view.cluster)], [...dumpCluster(a.view.cluster)])
  assert.is(b.view.asked.length, 0)
  await Promise.all([a.stop(), b.stop()])
})

test('a core hears that it leads before it is asked to decide anything', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered(), submitted())
  await arrives(memory.log, isScheduled)
  assert.is(a.view.asked[0], 'lead')
  await Promise.all([a.stop(), b.stop()])
})

test('a leader that stops hands over at once: nobody waits for its silence', async () => {
  const { memory, a, b } = await pair({ lease: PATIENT })
  await a.stop()
  await arrives(memory.log, isElection('b', 2))
  await b.catchUp()
  tell(memory, registered(), submitted())
  await arrives(memory.log, isScheduled)
  await b.stop()
})

for (const [how, harm] of [
  ['died', 'die'],
  ['hangs', 'hang'],
] as const) {
  test(`a leader that ${how} without a word is succeeded within the lease`, async () => {
    const { memory, one, a, b } = await pair()
    one[harm]()
    const started = performance.now()
    await arrives(memory.log, isElection('b', 2))
    const tookMs = performance.now() - started
    assert.ok(tookMs < 30_000, `${tookMs} ms`)
    await Promise.all([a.stop(), b.stop()])
  })
}

test('a leader is elected also where the last election is no longer in the log but in an archive', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered())
  await Promise.all([a.catchUp(), b.catchUp()])
  await memory.log.purge(memory.store.lastSeq - 1, { host: 'here', dir: '/archive' })
  await a.stop()
  await arrives(memory.log, isElection('b', 2), memory.store.firstSeq)
  await b.stop()
})

test('what time it is the servers say, not the wall clock of the machine', async () => {
  const memory = createMemoryLog({ now: () => Date.parse('2026-03-01T12:00:00Z') })
  const now = () => ({ mono: theMachine.now().mono, wall: Date.parse('2026-03-01T13:00:00Z') })
  const service = ledService(faultyConnection(memory), 'a', { machine: { ...theMachine, now } })
  await service.start()
  tell(memory, registered(), submitted())
  const { event } = await arrives(memory.log, isScheduled)
  assert.match(event.type === 'Unreadable' ? '' : event.time, /^2026-03-01T12:/)
  await service.stop()
})

test('a stand-by has its view warm: its election and its first decision follow each other in the log', async () => {
  const { memory, one, a, b } = await pair()
  const decided = one.hold()
  tell(memory, registered(), submitted())
  await decided
  one.die()
  const { seq } = await arrives(memory.log, isElection('b', 2))
  const first = await arrives(memory.log, isScheduled)
  assert.equal([first.seq, first.event.type !== 'Unreadable' && first.event.epoch], [seq + 1, 2])
  await Promise.all([a.stop(), b.stop()])
})

test('while the log does not answer nobody is succeeded, though the leader is not heard; then it leads on', async () => {
  const { memory, one, two, a, b } = await pair()
  for (const side of [one, two]) side.away()
  one.hang()
  await pause(400) // twice as long as a leader may be silent
  one.wake()
  for (const side of [one, two]) side.release()
  tell(memory, registered(), submitted())
  const { event } = await arrives(memory.log, isScheduled)
  await pause(400)
  assert.is(event.type !== 'Unreadable' && event.epoch, 1)
  assert.equal([a.leading, b.leading, b.view.cluster.leaders.scheduler.epoch], [true, false, 1])
  await Promise.all([a.stop(), b.stop()])
})

test('a decision that a stalled leader gets through after the next election changes nothing', async () => {
  const memory = createMemoryLog()
  const one = faultyConnection(memory)
  const a = ledService(one, 'a')
  const b = ledService(faultyConnection(memory), 'b', { core: oneWorkerCore({ idle: true }) })
  await a.start()
  await arrives(memory.log, isElection('a', 1))
  const decided = one.hold()
  tell(memory, registered(), submitted())
  await decided
  one.hang()
  await b.start()
  await arrives(memory.log, isElection('b', 2))
  one.release()
  const late = await arrives(memory.log, isScheduled)
  assert.is(late.event.type !== 'Unreadable' && late.event.epoch, 1)
  await Promise.all([a.catchUp(), b.catchUp()])
  for (const { view } of [a, b]) {
    assert.is(view.cluster.jobs.get('web')?.tasks.get('api')?.counts.pending, 1)
    assert.is(view.cluster.ignored.stale, 1)
  }
  assert.equal([a.leading, b.leading], [false, true])
  await Promise.all([a.stop(), b.stop()])
})

test('of two services of one name only one leads', async () => {
  const memory = createMemoryLog()
  const both = [ledService(faultyConnection(memory), 'twin'), ledService(faultyConnection(memory), 'twin')]
  await Promise.all(both.map((service) => service.start()))
  await arrives(memory.log, isElection('twin', 1))
  tell(memory, registered(), submitted())
  await arrives(memory.log, isScheduled)
  await Promise.all(both.map((service) => service.catchUp()))
  assert.is(both.filter(({ leading }) => leading).length, 1)
  assert.is(both[0]?.view.cluster.leaders.scheduler.epoch, 1)
  await Promise.all(both.map((service) => service.stop()))
})

test('stop lets the decision under way be stored first', async () => {
  const memory = createMemoryLog()
  const connection = faultyConnection(memory)
  const service = ledService(connection, 'a')
  await service.start()
  await arrives(memory.log, isElection('a'))
  const decided = connection.hold()
  tell(memory, registered(), submitted())
  await decided
  const stopped = service.stop()
  connection.release()
  await stopped
  assert.is(service.view.cluster.jobs.get('web')?.tasks.get('api')?.counts.scheduled, 1)
})

test('a core is called again when it asked to be, though nothing has happened', async () => {
  const memory = createMemoryLog()
  const core = oneWorkerCore({ idle: true, wakeAfterMs: 1 })
  const called = new Promise<void>((resolve) => {
    let calls = 0
    const decide: typeof core.decide = (view, now) => {
      calls += 1
      if (calls === 5) resolve()
      return core.decide(view, now)
    }
    const service = ledService(faultyConnection(memory), 'a', { core: { ...core, decide } })
    void service.start().then(() => called.then(() => service.stop()))
  })
  await called
})

test('nothing is decided about an aggregate that holds an event which cannot be read', async () => {
  const memory = createMemoryLog()
  const service = ledService(faultyConnection(memory), 'a')
  const odd = { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: -1, placement: 1 }
  tell(
    memory,
    registered(),
    { type: 'TaskLost', data: { ...odd, reason: '' } },
    submitted(aJob({ tasks: [{ replicas: 2 }] })),
  )
  await service.start()
  const first = await arrives(memory.log, isScheduled)
  assert.is(first.event.type === 'TaskScheduled' && first.event.data.index, 1)
  await service.catchUp()
  assert.is(service.view.cluster.jobs.get('web')?.tasks.get('api')?.counts.pending, 1)
  await service.stop()
})

test('a command about such an aggregate is refused, with where the event stands', async () => {
  const memory = createMemoryLog()
  const service = ledService(faultyConnection(memory), 'a')
  tell(memory, { type: 'JobStopped', data: { job: 'web', version: -1 } })
  await service.start()
  const outcome = await service.execute('job web', submitNext, null)
  assert.ok(E.isLeft(outcome))
  assert.is(outcome.left.tag, 'Quarantined')
  assert.is(outcome.left.where, 'events.job.web at sequence 1')
  await service.stop()
})

const scaleTo =
  (replicas: number): Command<number> =>
  (cluster) => {
    const version = (cluster.jobs.get('web')?.version ?? 0) + 1
    const data = { job: 'web', version, task: 'api', replicas, reason: null, spec: aJob({ tasks: [{ replicas }] }) }
    const decision: Decision = { draft: { type: 'JobScaled', data }, expect: jobSeq(cluster, 'web') }
    return E.right({ decision, done: () => version })
  }
const stopIt: Command<number> = (cluster) => {
  const decision: Decision = { draft: stopAsked(), expect: jobSeq(cluster, 'web') }
  return E.right({ decision, done: (seq) => seq })
}

test('a command whose aggregate moved is decided anew, on the newest view, and is then written', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered(), submitted())
  const versions: (number | undefined)[] = []
  const outcome = await b.execute(
    'job web',
    (cluster) => {
      versions.push(cluster.jobs.get('web')?.version)
      const chosen = stopIt(cluster)
      if (versions.length === 1) tell(memory, submitted(aJob(), 2)) // between the decision and its write
      return chosen
    },
    'ada',
  )
  assert.equal(versions, [1, 2])
  assert.ok(E.isRight(outcome))
  const entry = E.isRight(outcome) ? await memory.log.at(outcome.right) : null
  assert.ok(entry?.event.type === 'JobStopRequested' && entry.event.actor === 'ada')
  assert.is(b.view.cluster.jobs.get('web')?.state, 'stopping', 'it is folded when the answer comes')
  await Promise.all([a.stop(), b.stop()])
})

test('a command that always comes too late ends, and says so', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered(), submitted())
  let version = 1
  const outcome = await b.execute(
    'job web',
    (cluster) => {
      version += 1
      const chosen = stopIt(cluster)
      tell(memory, submitted(aJob(), version))
      return chosen
    },
    null,
  )
  assert.is(E.isLeft(outcome) && outcome.left.tag, 'Busy')
  await Promise.all([a.stop(), b.stop()])
})

const submitNext: Command<number> = (cluster) => {
  const version = (cluster.jobs.get('web')?.version ?? 0) + 1
  return E.right({
    decision: { draft: submitted(aJob(), version), expect: jobSeq(cluster, 'web') },
    done: () => version,
  })
}

test('200 commands at once about one job, at two services, are all carried out', async () => {
  const { memory, a, b } = await pair()
  tell(memory, registered())
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? a : b).execute('job web', submitNext, null)),
  )
  const versions = outcomes.map((outcome) => (E.isRight(outcome) ? outcome.right : outcome.left.tag))
  assert.equal(
    versions.sort((x, y) => Number(x) - Number(y)),
    Array.from({ length: 200 }, (_, at) => at + 1),
  )
  await Promise.all([a.stop(), b.stop()])
})

test('when too many commands wait the next is told so, and nothing is done of it', async () => {
  const { memory, two, a, b } = await pair()
  tell(memory, registered())
  const writing = two.hold()
  const asked = Array.from({ length: 300 }, () => b.execute('job web', submitNext, null))
  await writing
  two.release()
  const outcomes = await Promise.all(asked)
  const refused = outcomes.filter(E.isLeft)
  assert.is(refused.length, 44)
  assert.is(refused[0]?.left.tag, 'Busy')
  assert.match(refused[0]?.left.what ?? '', 'job web')
  assert.is(b.view.cluster.jobs.get('web')?.version, 256)
  await Promise.all([a.stop(), b.stop()])
})

test('a log at its reserve takes no decision and no new job; a stop and less of a job are taken, and all goes on when there is room', async () => {
  const memory = createMemoryLog()
  tell(memory, ...Array.from({ length: 200 }, () => registered('w1')), submitted(), submitted(aJob({ name: 'db' })))
  await memory.log.limit(Math.floor(memory.store.bytes / 0.95))
  const service = ledService(faultyConnection(memory), 'a')
  await service.start()
  await arrives(memory.log, isElection('a'))
  const refused = await service.execute('job web', submitNext, null)
  assert.is(E.isLeft(refused) && refused.left.tag, 'LogFull')
  const scaled = async (replicas: number) => E.isRight(await service.execute('job web', scaleTo(replicas), null))
  assert.equal([await scaled(2), await scaled(0), await scaled(1)], [false, true, false])
  assert.ok(E.isRight(await service.execute('job web', stopIt, null)))
  assert.not.ok(service.view.asked.includes('decide'))
  await memory.log.limit(null)
  await arrives(memory.log, (event) => event.type === 'TaskScheduled' && event.data.job === 'db')
  assert.ok(E.isRight(await service.execute('job web', submitNext, null)))
  await service.stop()
})

test('on a log that is not the one it has folded a service decides nothing, and takes no command', async () => {
  const memory = createMemoryLog()
  tell(memory, registered(), submitted())
  const connection = faultyConnection(memory)
  const found: { cluster?: string; lastSeq?: number } = { cluster: 'another' }
  const info = async () => ({ ...(await memory.log.info()), ...found })
  const service = ledService({ ...connection, log: { ...connection.log, info } }, 'a')
  await service.start()
  await arrives(memory.log, isElection('a'))
  const tag = () => service.execute('job web', submitNext, null).then(String, ({ error }: OrkFailure) => error.tag)
  assert.is(await tag(), 'LogLostEvents')
  Object.assign(found, { cluster: memory.log.cluster, lastSeq: 1 })
  assert.is(await tag(), 'LogLostEvents')
  assert.not.ok(service.view.asked.includes('decide'))
  delete found.lastSeq
  await arrives(memory.log, ({ type }) => type === 'TaskScheduled')
  await service.stop()
})

test('a service that is far behind the log decides nothing until it has caught up', async () => {
  const memory = createMemoryLog()
  const connection = faultyConnection(memory)
  let handOn = (_more: number): void => {}
  const held: Entry[] = []
  const slow: Log['follow'] = (options) => {
    const following = memory.log.follow({ ...options, onEntries: (entries) => held.push(...entries) })
    handOn = (count) => options.onEntries(held.splice(0, count))
    return { ...following, caughtUp: Promise.resolve() }
  }
  const service = ledService({ ...connection, log: { ...connection.log, follow: slow } }, 'a')
  tell(memory, registered(), submitted(aJob({ tasks: [{ replicas: 3 }] })))
  const feeding = setInterval(() => handOn(1), 1) // an entry at a time, as far as there is one
  await service.start()
  await arrives(memory.log, (event) => event.type === 'TaskScheduled' && event.data.index === 2)
  clearInterval(feeding)
  tell(memory, ...Array.from({ length: 6_000 }, () => registered('w2')), submitted(aJob({ name: 'late' })))
  const { length } = service.view.asked
  await new Promise((resolve) => setTimeout(resolve, 1_100)) // until it looks at the log again
  handOn(1)
  handOn(500)
  await new Promise(setImmediate)
  assert.equal(service.view.asked.slice(length), [], 'it was asked for no decision')
  const on = setInterval(() => handOn(1_000), 1)
  await arrives(memory.log, (event) => event.type === 'TaskScheduled' && event.data.job === 'late')
  await service.stop()
  clearInterval(on)
})

test('a command to a service that has stopped is told so, and not left waiting', async () => {
  const { memory, a, b } = await pair()
  await b.stop()
  tell(memory, registered())
  const outcome = await b.execute('job web', stopIt, null).catch((cause: unknown) => cause)
  assert.is(outcome instanceof OrkFailure && outcome.error.tag, 'Stopping')
  await a.stop()
})

test.run()
