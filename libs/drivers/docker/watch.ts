import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { GetEventsOptions } from 'dockerode'
import * as E from 'fp-ts/Either'
import { exitOf, GONE } from '../exit'
import type { EngineEvent, Owner } from '../port'
import type { ApiFailure, Connection } from './connection'
import { engineHealth } from './containers'
import { driverError } from './failures'
import { jsonLines } from './jsonLines'
import { type Labels, ownerFilter, refOf } from './labels'

const FIRST_WAIT_MS = 100
const LONGEST_WAIT_MS = 2_000

interface EngineMessage {
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Labels & { readonly exitCode?: string } }
  readonly timeNano: number
}

type Tell = (event: EngineEvent) => void

/** Turns the engine's messages into events. That memory ran out is told before the exit, and of it alone known. */
const interpreter = (died: Set<string>, tell: Tell): ((message: EngineMessage) => void) => {
  const outOfMemory = new Set<string>()
  return ({ Action, Actor: { ID, Attributes } }) => {
    const ref = refOf(Attributes)
    if (ref === undefined) return
    if (Action === 'oom') outOfMemory.add(ID)
    if (Action === 'die') {
      died.add(ID)
      const oomKilled = outOfMemory.delete(ID)
      const { exitCode } = Attributes
      const exit = exitCode === undefined ? { ...GONE, oomKilled } : exitOf(Number(exitCode), oomKilled)
      tell({ tag: 'Exited', ref, exit })
    }
    const health = engineHealth(/^health_status: (.*)$/.exec(Action)?.[1])
    if (health !== undefined) tell({ tag: 'Health', ref, health })
    if (Action === 'destroy') {
      died.delete(ID)
      outOfMemory.delete(ID)
      tell({ tag: 'Removed', ref })
    }
  }
}

/** Destroys the stream when the engine no longer answers: a stopped dockerd keeps its connections open, silently. */
const guard = ({ ping, timeouts }: Connection, stream: Readable): (() => void) => {
  let timer: NodeJS.Timeout
  const ask = async (): Promise<void> => {
    const alive = await ping()
    if (stream.destroyed) return
    if (E.isLeft(alive)) stream.destroy(new Error(alive.left.words))
    else timer = setTimeout(ask, timeouts.pingMs)
  }
  timer = setTimeout(ask, timeouts.pingMs)
  return () => clearTimeout(timer)
}

/**
 * Follows the engine's events. After a break it asks from the last event on, so that news is only repeated, and tells
 * `Resync` besides, since the engine keeps only the last 256 and none over a restart of its own.
 */
export const watchEngine = (connection: Connection, owner: Owner, tell: Tell): { close(): void } => {
  const closed = new AbortController()
  const say: Tell = (event) => {
    if (!closed.signal.aborted) tell(event)
  }
  const understand = interpreter(connection.died, say)
  const filters: GetEventsOptions['filters'] = {
    type: ['container'],
    event: ['die', 'oom', 'destroy', 'health_status'],
    label: ownerFilter(owner),
  }
  let since = Date.now() / 1000 - 1
  let current: Readable | undefined

  const follow = async (stream: Readable): Promise<ApiFailure> => {
    current = stream
    const stopGuard = guard(connection, stream)
    try {
      for await (const message of jsonLines(stream)) {
        since = (message as EngineMessage).timeNano / 1e9
        understand(message as EngineMessage)
      }
      return { words: 'it closed the stream of events', silent: false }
    } catch (cause) {
      return { words: `the stream of events broke: ${(cause as Error).message}`, silent: false }
    } finally {
      stopGuard()
    }
  }

  const open = async (): Promise<E.Either<ApiFailure, Readable>> => {
    const { docker, request, timeouts } = connection
    const at = Number(since.toFixed(3))
    return await request(timeouts.callMs, async (abortSignal) => {
      const options: GetEventsOptions & { abortSignal: AbortSignal } = { since: at, filters, abortSignal }
      return (await docker.getEvents(options)) as Readable
    })
  }

  const listen = async (): Promise<void> => {
    let reachable = true
    let wait = FIRST_WAIT_MS
    while (!closed.signal.aborted) {
      const opened = await open()
      if (closed.signal.aborted && E.isRight(opened)) opened.right.destroy()
      let failure: ApiFailure
      if (E.isRight(opened)) {
        reachable = true
        wait = FIRST_WAIT_MS
        say({ tag: 'Resync' })
        failure = await follow(opened.right)
      } else failure = opened.left
      if (reachable) say({ tag: 'Unreachable', error: driverError(connection, 'listen to events', failure) })
      reachable = false
      await sleep(wait, undefined, { signal: closed.signal }).catch(() => undefined)
      wait = Math.min(2 * wait, LONGEST_WAIT_MS)
    }
  }

  void listen()
  return {
    close: () => {
      closed.abort()
      current?.destroy()
    },
  }
}
