import * as E from 'fp-ts/Either'
import * as assert from 'uvu/assert'
import { Heap, NO_RESOURCES } from '#libs/kernel'
import { listener, must, mustFail } from '../../testing/driver/tools'
import { driverContract } from '../../testing/driverContract'
import type { ContainerSpec } from '../port'
import { type Clock, simulatedDriver } from '.'
import { chance } from './clock'

const shared = simulatedDriver()

const test = driverContract('simulated driver', {
  open: () => shared,
  behaviour: (program) => ({
    env: {
      SIM_RUN_MS: String(program.runMs ?? 60_000),
      SIM_EXIT_CODE: String(program.exitCode ?? 0),
      ...(program.ignoresTerm ? { SIM_IGNORE_SIGNALS: '1' } : {}),
      ...(program.prints ? { SIM_STDOUT: program.prints.join('\n') } : {}),
      ...(program.printsError ? { SIM_STDERR: program.printsError.join('\n') } : {}),
    },
  }),
})

/** A clock that stands still until it is told to go on. */
const handClock = (): Clock & { advance(ms: number): Promise<void> } => {
  const due = new Heap<{ at: number; order: number; run: () => void }>(
    (a, b) => a.at < b.at || (a.at === b.at && a.order < b.order),
  )
  let now = 1_000
  let order = 0
  return {
    now: () => now,
    after: (ms, run) => {
      order += 1
      const timer = { at: now + ms, order, run }
      due.push(timer)
      return () => {
        timer.run = () => undefined
      }
    },
    advance: async (ms) => {
      const until = now + ms
      for (let next = due.peek(); next !== undefined && next.at <= until; next = due.peek()) {
        due.pop()
        now = next.at
        next.run()
        await new Promise((resolve) => setImmediate(resolve))
      }
      now = until
    },
  }
}

const owner = { cluster: 'c', worker: 'w' }
const specOf = (index: number, env: Readonly<Record<string, string>> = {}): ContainerSpec => ({
  ref: { job: 'sim', task: 'api', index, attempt: 1, placement: 1 },
  owner,
  env,
  resources: NO_RESOURCES,
  ports: [],
  stopSignal: 'SIGTERM',
  imageHealth: true,
})

test('starts and ends containers in the time of its clock, hours in a moment', async () => {
  const clock = handClock()
  const driver = simulatedDriver({ clock, startMs: 270 })
  const wanted = specOf(0, { SIM_RUN_MS: '3600000', SIM_EXIT_CODE: '2' })
  const running = must(driver.run(wanted))
  assert.is((await must(driver.list(owner)))[0]?.state, 'created')
  await clock.advance(270)
  assert.is((await running).state, 'running')
  await clock.advance(3_599_999)
  assert.is((await must(driver.list(owner)))[0]?.state, 'running')
  await clock.advance(1)
  assert.equal((await must(driver.list(owner)))[0]?.exit, { exitCode: 2, oomKilled: false })
})

test('ends a container by hand, as if it had ended by itself', async ({ spec, owner: mine }) => {
  const heard = listener(shared, mine)
  await heard.seen(({ tag }) => tag === 'Resync')
  const wanted = spec({})
  assert.not(shared.kill(wanted.ref, { exitCode: 1, oomKilled: false }))
  await must(shared.run(wanted))
  assert.ok(shared.kill(wanted.ref, { exitCode: 137, signal: 'SIGKILL', oomKilled: true }))
  const event = await heard.seen(heard.of('Exited', wanted.ref))
  assert.ok(event.tag === 'Exited' && event.exit.oomKilled)
  heard.close()
})

test('is out of reach when told so, and asks for a new listing after', async () => {
  const driver = simulatedDriver()
  const heard = listener(driver, owner)
  await heard.seen(({ tag }) => tag === 'Resync')
  await must(driver.run(specOf(0)))
  driver.setReachable(false)
  assert.is((await mustFail(driver.list(owner))).tag, 'Unreachable')
  driver.kill(specOf(0).ref, { exitCode: 1, oomKilled: false })
  driver.setReachable(true)
  assert.equal(
    heard.events.map(({ tag }) => tag),
    ['Resync', 'Unreachable', 'Resync'],
  )
  assert.is((await must(driver.list(owner)))[0]?.exit?.exitCode, 1)
  heard.close()
})

test('refuses and fails as its options and the environment say, the same with the same seed', async () => {
  const fates = async (seed: number): Promise<string> => {
    const clock = handClock()
    const driver = simulatedDriver({ clock, seed, runMs: 10, failureRate: 0.3, refusalRate: 0.2 })
    const started = await Promise.all(Array.from({ length: 500 }, (_, index) => driver.run(specOf(index))))
    await clock.advance(10)
    const codes = (await must(driver.list(owner))).map(({ exit }) => exit?.exitCode)
    return `${started.filter(E.isLeft).length} ${codes.filter((code) => code === 1).length} ${codes.join('')}`
  }
  const first = await fates(1)
  assert.is(await fates(1), first)
  assert.is.not(await fates(2), first)
  const [refusals = 0, failures = 0] = first.split(' ').map(Number)
  assert.ok(refusals > 60 && refusals < 140, `${refusals} of 500 refused`)
  assert.ok(failures > 80 && failures < 160, `${failures} of 400 failed`)
  assert.is((await mustFail(simulatedDriver().run(specOf(0, { SIM_REFUSED: '1' })))).tag, 'Refused')
})

test('draws chances evenly', () => {
  const tenths = new Array<number>(10).fill(0)
  for (let at = 0; at < 10_000; at += 1) {
    const tenth = Math.floor(10 * chance(7, `key ${at}`))
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  for (const count of tenths) assert.ok(count > 850 && count < 1_150, tenths.join(' '))
})

test('refuses a host port that another container of the worker has', async ({ driver, spec }) => {
  const ports = (protocol: 'tcp' | 'udp') => [{ name: 'dns', port: 53, hostPort: 5353, protocol }]
  await must(driver.run(spec({}, { ports: ports('tcp') })))
  await must(driver.run(spec({}, { ports: ports('udp') })))
  assert.match((await mustFail(driver.run(spec({}, { ports: ports('tcp') })))).what, '5353/tcp')
})

test('holds 100,000 containers of 1,000 workers in little memory', async () => {
  const driver = simulatedDriver({ clock: handClock() })
  const before = process.memoryUsage().heapUsed
  const env = {}
  for (let worker = 0; worker < 1_000; worker += 1) {
    const mine = { cluster: 'c', worker: `w${worker}` }
    const specs = Array.from({ length: 100 }, (_, at) => ({ ...specOf(worker * 100 + at, env), owner: mine }))
    await Promise.all(specs.map((spec) => must(driver.run(spec))))
  }
  const each = (process.memoryUsage().heapUsed - before) / 100_000
  assert.is((await must(driver.list({ cluster: 'c', worker: 'w999' }))).length, 100)
  assert.ok(each < 2_000, `${Math.round(each)} bytes a container`)
})

test.run()
