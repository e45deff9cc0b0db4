import { EventEmitter } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { hostname, release, type } from 'node:os'
import { resolve } from 'node:path'
import * as E from 'fp-ts/Either'
import { causeText } from '#libs/kernel'
import { keyedQueue } from '../bounded'
import { refused } from '../errors'
import { GONE } from '../exit'
import { served } from '../owners'
import { type AttemptRef, containerName, type Driver, type DriverResult } from '../port'
import { notRunning } from '../probe/command'
import { type Known, readContainer, readContainers } from './containers'
import { copyIntoProcess, copyOutOfProcess, isFolderOfProcess } from './copy'
import { execProcess } from './exec'
import { folderOf } from './files'
import { processLogs } from './logs'
import { probeProcess } from './probe'
import { runProcess } from './run'
import { removeProcess, stopProcess } from './stop'
import { processMeter } from './usage'
import { watchProcesses } from './watch'

/** `dir` holds a folder for each attempt: its state, logs and working directory. The same again adopts what runs. */
export interface ProcessOptions {
  readonly dir: string
}

/** One that the operating system has, as `ENOSPC`, or Node where it takes no such argument. */
const isSystemError = (cause: unknown): boolean => cause instanceof Error && 'code' in cause

const check = async (dir: string): DriverResult<string> => {
  if (process.platform === 'win32') {
    return E.left(refused('the process driver needs a Unix', { next: 'use the docker driver' }))
  }
  await mkdir(dir, { recursive: true })
  return E.right(`${type()} ${release()}`)
}

/**
 * Runs commands as plain processes of this user, without image, isolation or limits. They outlive the worker: a small
 * shell supervises each and keeps its exit code.
 */
export const processDriver = (options: ProcessOptions): Driver => {
  const dir = resolve(options.dir)
  const owners = served()
  const changes = new EventEmitter().setMaxListeners(0)
  const changed = (): void => void changes.emit('change')
  const inTurn = keyedQueue()
  const measure = processMeter(dir)

  // What goes wrong with the state directory is a refusal: the host must be mended. Any other throw is a fault of ours.
  const guarded = async <T>(work: () => DriverResult<T>): DriverResult<T> => {
    try {
      return await work()
    } catch (cause) {
      if (!isSystemError(cause)) throw cause
      const next = 'see that the directory can be written and its disk is not full'
      return E.left(refused(causeText(cause), { where: dir, next }))
    }
  }
  const own = async (ref: AttemptRef): Promise<Known | undefined> => {
    const known = await readContainer(folderOf(dir, ref))
    if (known === undefined || known.birth.ref.placement !== ref.placement) return undefined
    return owners.has(known.birth.owner) ? known : undefined
  }

  const there = <T>(ref: AttemptRef, work: (known: Known) => DriverResult<T>): DriverResult<T> =>
    guarded(async () => {
      const known = await own(ref)
      return known === undefined ? E.left(refused(`${containerName(ref)} is not there any more`)) : work(known)
    })

  return {
    name: 'process',
    check: () => guarded(() => check(dir)),
    identity: async () => E.right(`${hostname()}:${resolve(dir)}`),
    list: (owner) => {
      owners.add(owner)
      return guarded(async () => E.right((await readContainers(dir, owner)).map(({ container }) => container)))
    },
    watch: (owner, tell) => {
      owners.add(owner)
      return watchProcesses(dir, owner, changes, tell)
    },
    hasImage: async () => E.right(true),
    pull: async () => E.right(undefined),
    run: (spec) => {
      owners.add(spec.owner)
      return guarded(() => inTurn(containerName(spec.ref), () => runProcess(dir, spec, changed)))
    },
    stop: (ref, signal, graceMs) =>
      guarded(async () => {
        const known = await own(ref)
        return known === undefined ? E.right(GONE) : stopProcess(known, signal, graceMs)
      }),
    remove: (ref) =>
      guarded(async () => {
        const known = await own(ref)
        if (known !== undefined) {
          const removed = await removeProcess(known, ref)
          changed()
          return removed
        }
        return E.right(undefined)
      }),
    probe: (ref, probe, timeoutMs) =>
      guarded(async () => {
        const known = await own(ref)
        return E.right(known === undefined ? notRunning : await probeProcess(known, probe, timeoutMs))
      }),
    usage: (owner) => guarded(async () => E.right(await measure(owner))),
    logs: async function* (ref, logOptions) {
      const known = await own(ref)
      if (known !== undefined) yield* processLogs(known.folder, logOptions)
    },
    inspect: (ref) => guarded(async () => E.right((await own(ref)) ?? null)),
    copyOut: (ref, path) => there(ref, (known) => copyOutOfProcess(known, path)),
    isFolder: (ref, path) => there(ref, async (known) => E.right(await isFolderOfProcess(known, path))),
    copyIn: (ref, folder, tar) => there(ref, (known) => copyIntoProcess(known, folder, tar)),
    exec: (ref, execOptions) => guarded(async () => execProcess(ref, await own(ref), execOptions)),
  }
}
