import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { type OrkProcess, runOrk, startOrk } from '../../libs/testing/ork'

interface Context {
  nats: TestNats
  dir: string
  running: OrkProcess[]
}

const test = suite<Context>('workers of one name')

test.before.each(async (context) => {
  context.nats = await startTestNats()
  context.dir = mkdtempSync(join(tmpdir(), 'ork-names-'))
  context.running = []
  const manager = start(context, ['manager', '--name', 'm1', '--relaxed'])
  await untilStderr(manager, /"ready"/)
})

test.after.each(async ({ running, nats, dir }) => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all(running.map(({ ended }) => ended))
  await nats.stop()
  rmSync(dir, { recursive: true, force: true })
})

const start = ({ running, nats }: Context, args: readonly string[]): OrkProcess => {
  const started = startOrk(args, { nats: nats.url })
  running.push(started)
  return started
}

const startWorker = (context: Context, data: string): OrkProcess =>
  start(context, ['worker', '--name', 'w1', '--driver', 'process', '--data', join(context.dir, data), '--relaxed'])

const untilStderr = ({ child, ended }: OrkProcess, pattern: RegExp): Promise<void> =>
  new Promise((resolve, reject) => {
    let text = ''
    child.stderr.on('data', (chunk: string) => {
      text += chunk
      if (pattern.test(text)) resolve()
    })
    ended.then(({ code }) => reject(new Error(`ended (${code}) before ${pattern}: ${text}`)))
  })

test('a second worker of a name is refused, on the same folder too, and the first goes on', async (context) => {
  const first = startWorker(context, 'a')
  await untilStderr(first, /"ready"/)
  const second = await startWorker(context, 'a').ended
  assert.is(second.code, 1)
  assert.match(second.stderr, new RegExp(`a worker named w1 runs already, on \\S+ as process ${first.child.pid}`))
  const events = await runOrk(['events', '--type', 'WorkerRegistered', '--json'], { nats: context.nats.url })
  assert.is(events.stdout.trim().split('\n').length, 1)
})

test('a worker that hung while another took its name ends when it wakes up, and does not say that the name left', async (context) => {
  const first = startWorker(context, 'a')
  await untilStderr(first, /"ready"/)
  first.child.kill('SIGSTOP')
  const second = startWorker(context, 'b')
  await untilStderr(second, /"ready"/)
  first.child.kill('SIGCONT')
  const run = await first.ended
  assert.is(run.code, 1)
  assert.match(run.stderr, /another process, on \S+, has become worker w1/)
  const events = await runOrk(['events', '--worker', 'w1', '--type', 'WorkerLeft'], { nats: context.nats.url })
  assert.is(events.stdout.trim(), '')
})

test('of two workers of a name that start at once one remains', async (context) => {
  const both = [startWorker(context, 'a'), startWorker(context, 'b')]
  const loser = await Promise.race(both.map(({ ended }) => ended))
  assert.is(loser.code, 1)
  assert.match(loser.stderr, /NameLost|runs already/)
  assert.is(both.filter(({ child }) => child.exitCode === null).length, 1)
})

test.run()
