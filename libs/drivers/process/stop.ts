import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { refused } from '../errors'
import { exitOf, GONE, signalNumber } from '../exit'
import { type AttemptRef, containerName, type DriverResult, type Exit } from '../port'
import { type Known, readContainer } from './containers'
import { FILES, readNumber, removeFolder } from './files'
import { isSupervising, signalProcess } from './supervisor'

const POLL_MS = 10
const KILL_WAIT_MS = 5_000
const { SIGKILL } = constants.signals

const exitWithin = async (folder: string, ms: number): Promise<Exit | undefined> => {
  for (const until = performance.now() + ms; ; await sleep(Math.min(POLL_MS, Math.max(1, until - performance.now())))) {
    const code = await readNumber(folder, FILES.exit)
    if (code !== undefined) return exitOf(code)
    if (performance.now() >= until) return undefined
  }
}

/** The signal goes to the process alone, as to the first process of a container; its group ends with it. */
export const stopProcess = async (known: Known, signal: string, graceMs: number): DriverResult<Exit> => {
  const { folder, container, pid } = known
  if (container.state !== 'running' || pid === undefined) return E.right(container.exit ?? GONE)
  const number = signalNumber(signal)
  if (number === undefined) {
    return E.left(refused(`${signal} is no signal of this host`, { next: 'correct `stop.signal` in the task' }))
  }
  const child = await readNumber(folder, FILES.child)
  if (child !== undefined) signalProcess(child, number)
  const exit = await exitWithin(folder, graceMs)
  if (exit !== undefined) return E.right(exit)
  if (child !== undefined) signalProcess(child, SIGKILL)
  const killed = await exitWithin(folder, KILL_WAIT_MS)
  if (killed !== undefined) return E.right(killed)
  signalProcess(-pid, SIGKILL)
  const buried = await readContainer(folder)
  return E.right(buried?.container.exit ?? GONE)
}

/** Kills the whole group if it runs, and deletes the folder with the process's files and logs. */
export const removeProcess = async (known: Known, ref: AttemptRef): DriverResult<void> => {
  const { folder, pid } = known
  if (pid !== undefined && (await isSupervising(pid, folder))) {
    signalProcess(-pid, SIGKILL)
    for (const giveUp = performance.now() + KILL_WAIT_MS; await isSupervising(pid, folder); await sleep(POLL_MS)) {
      if (performance.now() < giveUp) continue
      return E.left(refused(`${containerName(ref)} (process group ${pid}) does not end after SIGKILL`))
    }
  }
  await removeFolder(folder)
  return E.right(undefined)
}
