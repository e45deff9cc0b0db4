import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { startTime } from './process-table'

/** The process that holds a lock. */
export interface Holder {
  readonly pid: number
  readonly startedAt: string
}

export interface FileLock {
  /** Gives the lock back; a second call does nothing. */
  release(): void
}

let count = 0

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

const parseHolder = (text: string): Holder | undefined => {
  const found = /^(\d+) (.+)\n$/.exec(text)
  return found?.[1] === undefined || found[2] === undefined ? undefined : { pid: Number(found[1]), startedAt: found[2] }
}

const liveHolder = async (text: string): Promise<Holder | undefined> => {
  const holder = parseHolder(text)
  return holder !== undefined && (await startTime(holder.pid)) === holder.startedAt ? holder : undefined
}

/** Creates the file with its whole content in one step, or says that it is there already. */
const create = (file: string, content: string): boolean => {
  const temporary = `${file}.${process.pid}.${++count}`
  writeFileSync(temporary, content)
  try {
    linkSync(temporary, file)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

/** Removes a dead holder's file, and only that: of two processes that found it dead, one must not remove the other's. */
const removeStale = (file: string, stale: string): void => {
  const aside = `${file}.stale.${process.pid}.${++count}`
  try {
    renameSync(file, aside)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return
    throw error
  }
  const moved = read(aside)
  if (moved !== undefined && moved !== stale) create(file, moved)
  rmSync(aside, { force: true })
}

/**
 * Takes a lock that is a file, for this process. Left is the live process that holds it; the file of a dead one, also
 * one that was killed with -9, is taken over. The folder must exist.
 */
export const tryLock = async (file: string): Promise<E.Either<Holder, FileLock>> => {
  const mine = `${process.pid} ${(await startTime(process.pid)) ?? 'unknown'}\n`
  for (;;) {
    if (create(file, mine)) {
      let held = true
      const release = (): void => {
        if (held && read(file) === mine) rmSync(file, { force: true })
        held = false
      }
      return E.right({ release })
    }
    const found = read(file)
    if (found === undefined) continue
    const holder = await liveHolder(found)
    if (holder !== undefined) return E.left(holder)
    removeStale(file, found)
  }
}
