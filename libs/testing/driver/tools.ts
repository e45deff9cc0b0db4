import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import type { Test } from 'uvu'
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

/** What each test of the contract has: a driver, an owner of its own, and containers that do as a program says. */
export interface DriverContext {
  driver: Driver
  owner: Owner
  spec(program: Program, more?: Partial<ContainerSpec>): ContainerSpec
}

export type DriverTest = Test<DriverContext>

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

/** The first line that a program prints; those of the contract print theirs once they have set their trap. */
export const firstLine = async (driver: Driver, ref: AttemptRef): Promise<string> => {
  const abort = new AbortController()
  let first = ''
  for await (const { text } of driver.logs(ref, { follow: true, signal: abort.signal })) {
    first ||= text
    abort.abort()
  }
  return first
}
