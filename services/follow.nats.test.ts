import pino from 'pino'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { DEFAULT_UPDATE } from '#libs/spec'
import { startManager } from '#services/manager'
import { startScheduler } from '#services/scheduler'
import { type SimulatedWorkers, simulatedWorkers } from '../libs/testing/cluster'
import { clientOf } from '../libs/testing/cluster/client'
import { aJob } from '../libs/testing/happenings'
import { mustConnect } from '../libs/testing/jetStream'
import { startTestNats, type TestNats } from '../libs/testing/nats'
import { runOrk } from '../libs/testing/ork'

interface Context {
  nats: TestNats
  stops: (() => Promise<unknown>)[]
}

const test = suite<Context>('what a command asked for is followed to its end')
const logger = pino({ level: 'silent' })

test.before(async (context) => {
  const nats = await startTestNats()
  const connections = await Promise.all([1, 2].map(() => mustConnect({ servers: nats.url })))
  const [first, second] = connections
  if (first === undefined || second === undefined) throw new Error('no connection')
  const manager = await startManager({ connection: first, name: 'm1', logger })
  const scheduler = await startScheduler({ connection: second, name: 's1', logger })
  const workers: SimulatedWorkers = await simulatedWorkers(nats.url, 1)
  const closing = connections.map((connection) => () => connection.close())
  const stops = [workers.stop, () => scheduler.stop(), () => manager.stop(), ...closing, () => nats.stop()]
  Object.assign(context, { nats, stops })
  const update = { ...DEFAULT_UPDATE, minHealthyMs: 0 }
  await clientOf(first).submit(aJob({ tasks: [{ replicas: 2, update }] }))
})
test.after(async ({ stops }) => {
  for (const stop of stops) await stop()
})

/** What a command said, without what differs from one time to the next. */
const said = async ({ nats }: Context, ...args: string[]): Promise<string[]> => {
  const { code, stdout, stderr } = await runOrk(args, { nats: nats.url })
  assert.equal([code, stderr], [0, ''], stdout)
  return stdout
    .trim()
    .split('\n')
    .map((line) =>
      line
        .replace(/^ +\d+ +\S+ +/, '')
        .replace(/sequence \d+/, 'sequence N')
        .replace(/\([\d.ms]+\)/, '(T)'),
    )
}

/** The lines that tell how containers come and go, of each instance for itself. */
const of = (id: string, lines: readonly string[]): string[] =>
  lines.filter((line) => line.startsWith(id)).map((line) => line.replace(/ +/g, ' '))

test('a restart shows each instance end and run again, and says when all do', async (context) => {
  const lines = await said(context, 'restart', 'web')
  assert.equal([lines[0], lines.at(-1)], ['web restarts, sequence N', 'web version 1 runs: 2 instances (T)'])
  for (const id of ['web.api.0', 'web.api.1']) {
    const shown = of(id, lines).join('\n')
    assert.match(shown, /stop.*runs on sim-1 as attempt 2/s)
  }
})

test('of one instance it shows that one alone', async (context) => {
  const lines = await said(context, 'restart', 'web.api.1')
  assert.equal(lines[0], 'web.api.1 restarts, sequence N')
  assert.equal(of('web.api.0', lines), [])
  assert.match(of('web.api.1', lines).join('\n'), 'runs on sim-1 as attempt 3')
  assert.equal(lines.at(-1), 'web version 1 runs: 2 instances (T)')
})

test('a stop with --purge shows the instances end, and says that it is purged', async (context) => {
  const lines = await said(context, 'stop', 'web', '--purge')
  assert.equal([lines[0], lines.at(-1)], ['web is to be purged, sequence N', 'web is purged (T)'])
  for (const id of ['web.api.0', 'web.api.1']) assert.match(of(id, lines).join('\n'), 'stopped')
})

test.run()
