import type { ContainerInspectInfo } from 'dockerode'
import * as E from 'fp-ts/Either'
import { unreachable } from '../errors'
import { GONE } from '../exit'
import type { Served } from '../owners'
import { type AttemptRef, containerName, type DriverResult, type Exit } from '../port'
import type { Connection } from './connection'
import { exitOfState, inspect, inspectOwn } from './containers'
import { driverError } from './failures'

const KILL_WAIT_MS = 15_000

/** Sends a signal; a container that runs no more has nothing to receive it, and that is fine. */
const signalTo = async (connection: Connection, info: ContainerInspectInfo, signal: string): DriverResult<void> => {
  const { docker, request, timeouts } = connection
  const container = docker.getContainer(info.Id)
  const sent = await request(timeouts.callMs, (abortSignal) => container.kill({ signal, abortSignal }))
  if (E.isRight(sent) || sent.left.status === 404 || /is not running/i.test(sent.left.words)) return E.right(undefined)
  return E.left(driverError(connection, `send ${signal} to ${info.Name.slice(1)}`, sent.left))
}

/** Whether it has ended within `ms`. */
const endsWithin = async (connection: Connection, info: ContainerInspectInfo, ms: number): DriverResult<boolean> => {
  const { docker, request } = connection
  const waited = await request(ms, (abortSignal) => docker.getContainer(info.Id).wait({ abortSignal }))
  if (E.isRight(waited) || waited.left.status === 404) return E.right(true)
  return waited.left.silent ? E.right(false) : E.left(driverError(connection, `wait for ${info.Name}`, waited.left))
}

const finalExit = async (connection: Connection, info: ContainerInspectInfo): DriverResult<Exit> => {
  const ended = await inspect(connection, info.Id)
  if (E.isLeft(ended)) return E.left(driverError(connection, `inspect ${info.Name.slice(1)}`, ended.left))
  return E.right(ended.right === undefined ? GONE : exitOfState(ended.right))
}

/**
 * Signal, wait, SIGKILL, wait, all by ourselves: the engine's own stop takes no signal before 23.0, and its grace only
 * in whole seconds.
 */
export const stopContainer = async (
  connection: Connection,
  served: Served,
  ref: AttemptRef,
  signal: string,
  graceMs: number,
): DriverResult<Exit> => {
  const found = await inspectOwn(connection, served, ref)
  if (E.isLeft(found)) return found
  const info = found.right
  if (info === undefined) return E.right(GONE)
  if (!info.State.Running) return E.right(exitOfState(info))
  const steps = [
    { send: signal, ms: graceMs },
    { send: 'SIGKILL', ms: KILL_WAIT_MS },
  ]
  for (const { send, ms } of steps) {
    const sent = await signalTo(connection, info, send)
    if (E.isLeft(sent)) return sent
    const ended = await endsWithin(connection, info, ms)
    if (E.isLeft(ended)) return ended
    if (ended.right) return finalExit(connection, info)
  }
  const what = `${containerName(ref)} has not ended ${KILL_WAIT_MS / 1000} s after SIGKILL`
  return E.left(unreachable(what, { where: connection.where, next: 'the engine is busy or stuck: see its log' }))
}

/** Removes the container with its anonymous volumes, running or not. */
export const removeContainer = async (connection: Connection, served: Served, ref: AttemptRef): DriverResult<void> => {
  const found = await inspectOwn(connection, served, ref)
  if (E.isLeft(found)) return found
  if (found.right === undefined) return E.right(undefined)
  const container = connection.docker.getContainer(found.right.Id)
  const removed = await connection.request(connection.timeouts.startMs, (abortSignal) =>
    container.remove({ force: true, v: true, abortSignal }),
  )
  // 409: somebody else's removal of it is under way.
  if (E.isRight(removed) || removed.left.status === 404 || removed.left.status === 409) return E.right(undefined)
  return E.left(driverError(connection, `remove ${containerName(ref)}`, removed.left))
}
