import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite, type Test } from 'uvu'
import * as assert from 'uvu/assert'
import type {
  AttemptRef,
  Container,
  ContainerSpec,
  Driver,
  DriverResult,
  EngineEvent,
  LogLine,
  LogOptions,
  Owner,
} from '#libs/drivers'
import { NO_RESOURCES } from '#libs/kernel'

/** What a container of a test does: prints, runs for so long, ends with the code. */
export interface Program {
  readonly prints?: readonly string[]
  readonly printsError?: readonly string[]
  /** Default: a minute. */
  readonly runMs?: number
  readonly exitCode?: number
  /** Default: SIGTERM ends it with 143. */
  readonly ignoresTerm?: boolean
}

type Behaviour = Pick<ContainerSpec, 'image' | 'command' | 'args' | 'env'>

/** What the contract needs of a driver's test file. */
export interface DriverHarness {
  /** A driver on the same host; a second one is what a restarted worker has. */
  open(): Driver
  /** What makes a container behave like the program. */
  behaviour(program: Program): Behaviour
}

/** The program for /bin/sh. A process 1 that sets no trap is deaf to SIGTERM, so it sets one. */
export const shellScript = (program: Program): string => {
  const quoted = (line: string): string => `'${line.replaceAll("'", `'\\''`)}'`
  return [
    `trap ${program.ignoresTerm ? "''" : "'exit 143'"} TERM`,
    ...(program.prints ?? []).map((line) => `echo ${quoted(line)}`),
    ...(program.printsError ?? []).map((line) => `echo ${quoted(line)} >&2`),
    `sleep ${(program.runMs ?? 60_000) / 1000} & wait $!`,
    `exit ${program.exitCode ?? 0}`,
  ].join('\n')
}

/** The value, or a failed test that says what the driver said. */
export const must = async <T>(result: DriverResult<T>): Promise<T> => {
  const settled = await result
  if (E.isLeft(settled)) throw new Error(`${settled.left.tag}: ${settled.left.what}`)
  return settled.right
}

/** The error, or a failed test. */
export const mustFail = async <T>(result: DriverResult<T>) => {
  const settled = await result
  if (E.isRight(settled)) throw new Error(`expected a failure, got ${JSON.stringify(settled.right)}`)
  return settled.left
}

/** Collects what a watch tells, and waits for the first event that fits. */
export const listener = (driver: Driver, owner: Owner) => {
  const events: EngineEvent[] = []
  const news = new EventTarget()
  const watching = driver.watch(owner, (event) => {
    events.push(event)
    news.dispatchEvent(new Event('news'))
  })
  const seen = async (fits: (event: EngineEvent) => boolean, withinMs = 15_000): Promise<EngineEvent> => {
    const signal = AbortSignal.timeout(withinMs)
    for (let at = 0; ; ) {
      for (; at < events.length; at += 1) {
        const event = events[at]
        if (event !== undefined && fits(event)) return event
      }
      await once(news, 'news', { signal }).catch(() => {
        throw new Error(`not told within ${withinMs} ms; told: ${JSON.stringify(events)}`)
      })
    }
  }
  const of = (tag: EngineEvent['tag'], ref: AttemptRef) => (event: EngineEvent) =>
    event.tag === tag && 'ref' in event && event.ref.job === ref.job && event.ref.placement === ref.placement
  return { events, seen, of, close: watching.close }
}

/** Reads lines until the log ends. */
export const readLogs = async (driver: Driver, ref: AttemptRef, options: Partial<LogOptions>): Promise<LogLine[]> => {
  const lines: LogLine[] = []
  const all = { follow: false, signal: new AbortController().signal, ...options }
  for await (const line of driver.logs(ref, all)) lines.push(line)
  return lines
}

/** The owner's only container. */
export const onlyOne = async (driver: Driver, owner: Owner): Promise<Container> => {
  const containers = await must(driver.list(owner))
  if (containers.length !== 1 || containers[0] === undefined) throw new Error(`listed: ${JSON.stringify(containers)}`)
  return containers[0]
}

/** The owner's only container, once it has ended. */
export const ended = async (driver: Driver, owner: Owner): Promise<Container> => {
  for (let tries = 0; tries < 300; tries += 1) {
    const container = await onlyOne(driver, owner)
    if (container.state === 'exited') return container
    await sleep(50)
  }
  throw new Error('the container did not end within 15 s')
}

let runs = 0

interface Context {
  driver: Driver
  owner: Owner
  spec(program: Program, more?: Partial<ContainerSpec>): ContainerSpec
}

/** A suite with what every driver must do. The caller adds its own tests to it and runs it. */
export const driverContract = (name: string, harness: DriverHarness): Test<Context> => {
  const test = suite<Context>(name)
  const specFor = (owner: Owner, program: Program, more: Partial<ContainerSpec> = {}): ContainerSpec => {
    runs += 1
    const ref = { job: `job${process.pid}-${runs}`, task: 'api', index: 0, attempt: 1, placement: 7 }
    const behaviour = harness.behaviour(program)
    return {
      ref,
      owner,
      resources: NO_RESOURCES,
      ports: [],
      stopSignal: 'SIGTERM',
      imageHealth: true,
      ...behaviour,
      ...more,
    }
  }

  test.before.each((context) => {
    runs += 1
    const owner = { cluster: `cluster-${process.pid}-${runs}`, worker: 'w1' }
    context.owner = owner
    context.driver = harness.open()
    context.spec = (program, more) => specFor(owner, program, more)
  })
  test.after.each(async ({ driver, owner }) => {
    const left = await must(driver.list(owner))
    await Promise.all(left.map(({ ref }) => must(driver.remove(ref))))
  })

  test('says which version it is', async ({ driver }) => {
    assert.match(await must(driver.check()), /\d/)
  })

  test('runs a container, and lists it as running', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const started = await must(driver.run(wanted))
    assert.equal(started.ref, wanted.ref)
    assert.is(started.state, 'running')
    const listed = await onlyOne(driver, owner)
    assert.equal(listed.ref, wanted.ref)
    assert.is(listed.id, started.id)
    assert.is(listed.state, 'running')
    assert.is(listed.exit, undefined)
  })

  test('gives the running container when it is asked to run it again', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const first = await must(driver.run(wanted))
    const second = await must(driver.run(wanted))
    assert.is(second.id, first.id)
    assert.is((await onlyOne(driver, owner)).id, first.id)
  })

  test('runs one container when it is asked twice at once', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    const [first, second] = await Promise.all([must(driver.run(wanted)), must(driver.run(wanted))])
    assert.is(second.id, first.id)
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('reports an exit code in the listing', async ({ driver, owner, spec }) => {
    await must(driver.run(spec({ runMs: 0, exitCode: 7 })))
    assert.equal((await ended(driver, owner)).exit, { exitCode: 7, oomKilled: false })
  })

  test('does not run an attempt a second time once it has ended', async ({ driver, owner, spec }) => {
    const wanted = spec({ runMs: 0, exitCode: 3 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    const again = await must(driver.run(wanted))
    assert.is(again.state, 'exited')
    assert.is(again.exit?.exitCode, 3)
  })

  test('tells of exits and removals, after a first Resync', async ({ driver, owner, spec }) => {
    const heard = listener(driver, owner)
    try {
      await heard.seen(({ tag }) => tag === 'Resync')
      const wanted = spec({ runMs: 100, exitCode: 9 })
      await must(driver.run(wanted))
      const exited = await heard.seen(heard.of('Exited', wanted.ref))
      assert.equal(exited, { tag: 'Exited', ref: wanted.ref, exit: { exitCode: 9, oomKilled: false } })
      assert.is((await onlyOne(driver, owner)).state, 'exited', 'the listing is not behind what was told')
      await must(driver.remove(wanted.ref))
      await heard.seen(heard.of('Removed', wanted.ref))
      assert.is(heard.events[0]?.tag, 'Resync')
      assert.is(heard.events.filter(({ tag }) => tag === 'Exited').length, 1)
    } finally {
      heard.close()
    }
  })

  test('tells nothing after it is closed', async ({ driver, owner, spec }) => {
    const heard = listener(driver, owner)
    await heard.seen(({ tag }) => tag === 'Resync')
    heard.close()
    await must(driver.run(spec({ runMs: 0 })))
    await ended(driver, owner)
    assert.is(heard.events.length, 1)
  })

  test('stops with the signal, which is in the exit', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['ready'] })
    await must(driver.run(wanted))
    await ready(driver, wanted.ref)
    const exit = await must(driver.stop(wanted.ref, 'SIGTERM', 10_000))
    assert.equal(exit, { exitCode: 143, signal: 'SIGTERM', oomKilled: false })
    assert.equal((await onlyOne(driver, owner)).exit, exit)
  })

  test('kills what ignores the signal when the grace is over', async ({ driver, spec }) => {
    const wanted = spec({ ignoresTerm: true, prints: ['ready'] })
    await must(driver.run(wanted))
    await ready(driver, wanted.ref)
    const from = Date.now()
    const exit = await must(driver.stop(wanted.ref, 'SIGTERM', 300))
    assert.equal(exit, { exitCode: 137, signal: 'SIGKILL', oomKilled: false })
    assert.ok(Date.now() - from >= 290)
  })

  test('gives the exit of a container that ended before it was stopped', async ({ driver, owner, spec }) => {
    const wanted = spec({ runMs: 0, exitCode: 5 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    assert.is((await must(driver.stop(wanted.ref, 'SIGTERM', 1_000))).exitCode, 5)
    assert.is((await must(driver.stop(wanted.ref, 'SIGTERM', 1_000))).exitCode, 5)
  })

  test('says who it is, and so does another driver of the same engine', async ({ driver }) => {
    const identity = await must(driver.identity())
    assert.ok(identity.length > 0)
    assert.is(await must(harness.open().identity()), identity)
  })

  test('takes a container that is gone as stopped and removed', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    await must(driver.remove(wanted.ref))
    assert.equal(await must(driver.list(owner)), [])
    await must(driver.remove(wanted.ref))
    assert.equal(await must(driver.stop(wanted.ref, 'SIGTERM', 1_000)), { exitCode: null, oomKilled: false })
    assert.equal(await readLogs(driver, wanted.ref, {}), [])
  })

  test('hides the containers of one owner from another', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const stranger = harness.open()
    const others = [
      { ...owner, worker: 'w2' },
      { ...owner, cluster: 'another' },
    ]
    for (const other of others) assert.equal(await must(stranger.list(other)), [])
    for (const other of others) assert.equal(await must(stranger.usage(other)), [])
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('refuses a name that another owner has, and says whose it is', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const error = await mustFail(harness.open().run({ ...wanted, owner: { cluster: 'another', worker: 'w9' } }))
    assert.is(error.tag, 'Refused')
    assert.match(error.what, owner.cluster)
    assert.match(error.what, 'w1')
  })

  test('takes the container of another placement for a leftover, and leaves it alone', async ({
    driver,
    owner,
    spec,
  }) => {
    const old = spec({ prints: ['old'] })
    const next = { ...old, ref: { ...old.ref, placement: 8 } }
    const started = await must(driver.run(old))
    await ready(driver, old.ref)
    const error = await mustFail(driver.run(next))
    assert.is(error.tag, 'Leftover')
    assert.match(error.what, 'placement 7')
    assert.equal(await must(driver.stop(next.ref, 'SIGTERM', 1_000)), { exitCode: null, oomKilled: false })
    await must(driver.remove(next.ref))
    assert.equal(await readLogs(driver, next.ref, {}), [])
    assert.equal(await onlyOne(driver, owner), started)
    await must(driver.remove(old.ref))
    assert.is.not((await must(driver.run(next))).id, started.id)
    assert.equal((await onlyOne(harness.open(), owner)).ref, next.ref)
    await must(driver.remove(old.ref))
    assert.is((await onlyOne(driver, owner)).state, 'running')
  })

  test('takes an ended container of another placement for a leftover', async ({ driver, owner, spec }) => {
    const old = spec({ runMs: 0 })
    await must(driver.run(old))
    await ended(driver, owner)
    assert.is((await mustFail(driver.run({ ...old, ref: { ...old.ref, placement: 8 } }))).tag, 'Leftover')
  })

  test('adopts after a restart what the worker before it started', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['ready'] })
    const started = await must(driver.run(wanted))
    await ready(driver, wanted.ref)
    const next = harness.open()
    const heard = listener(next, owner)
    try {
      await heard.seen(({ tag }) => tag === 'Resync')
      assert.is((await onlyOne(next, owner)).state, 'running')
      assert.is((await must(next.run(wanted))).id, started.id)
      assert.is((await must(next.stop(wanted.ref, 'SIGTERM', 10_000))).exitCode, 143)
      await heard.seen(heard.of('Exited', wanted.ref))
    } finally {
      heard.close()
    }
  })

  test('knows the exit of a container that ended while nobody watched', async ({ driver, owner, spec }) => {
    await must(driver.run(spec({ runMs: 100, exitCode: 11 })))
    await sleep(300)
    assert.is((await ended(harness.open(), owner)).exit?.exitCode, 11)
  })

  test('chooses a free host port where none is asked for, and keeps telling it', async ({ driver, owner, spec }) => {
    const wanted = spec({}, { ports: [{ name: 'http', port: 8080, hostPort: 0, protocol: 'tcp' }] })
    const [port] = (await must(driver.run(wanted))).ports
    assert.is(port?.name, 'http')
    assert.ok((port?.hostPort ?? 0) > 0)
    assert.equal((await onlyOne(harness.open(), owner)).ports, [port])
  })

  test('gives the lines of both streams, and the last of them', async ({ driver, owner, spec }) => {
    const wanted = spec({ prints: ['one', '', 'three ü'], printsError: ['oops'], runMs: 0 })
    await must(driver.run(wanted))
    await ended(driver, owner)
    const lines = await readLogs(driver, wanted.ref, {})
    const texts = (stream: string): string[] => lines.filter((line) => line.stream === stream).map(({ text }) => text)
    assert.equal(texts('stdout'), ['one', '', 'three ü'])
    assert.equal(texts('stderr'), ['oops'])
    assert.is((await readLogs(driver, wanted.ref, { tail: 2 })).length, 2)
    assert.is((await readLogs(driver, wanted.ref, { tail: 0 })).length, 0)
  })

  test('follows a log until the container ends', async ({ driver, spec }) => {
    const wanted = spec({ prints: ['one', 'two'], runMs: 300 })
    await must(driver.run(wanted))
    const texts = (await readLogs(driver, wanted.ref, { follow: true })).map(({ text }) => text)
    assert.equal(texts, ['one', 'two'])
  })

  test('ends a followed log when it is told to', async ({ driver, spec }) => {
    const wanted = spec({ prints: ['one'] })
    await must(driver.run(wanted))
    const abort = new AbortController()
    const texts: string[] = []
    for await (const line of driver.logs(wanted.ref, { follow: true, signal: abort.signal })) {
      texts.push(line.text)
      abort.abort()
    }
    assert.equal(texts, ['one'])
  })

  test('measures what runs, and only that', async ({ driver, owner, spec }) => {
    const wanted = spec({})
    await must(driver.run(wanted))
    const [usage, ...rest] = await must(driver.usage(owner))
    assert.is(rest.length, 0)
    assert.equal(usage?.ref, wanted.ref)
    assert.ok((usage?.memoryBytes ?? 0) > 0)
    await must(driver.stop(wanted.ref, 'SIGKILL', 0))
    assert.equal(await must(driver.usage(owner)), [])
  })

  return test
}

/** Waits until the program has set its trap: it prints a line after it. */
const ready = async (driver: Driver, ref: AttemptRef): Promise<void> => {
  const abort = new AbortController()
  for await (const _ of driver.logs(ref, { follow: true, signal: abort.signal })) abort.abort()
}
