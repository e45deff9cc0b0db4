import { constants } from 'node:os'
import type { Exit } from './port'

const SIGNALS: ReadonlyMap<number, string> = new Map(
  // Aliases come later in the list (SIGIOT after SIGABRT): the first name of a number stays.
  Object.entries(constants.signals)
    .map(([name, number]): [number, string] => [number, name])
    .reverse(),
)

/** The exit of a process by its code, as a shell and every engine report it: 128 + n is signal n. */
export const exitOf = (exitCode: number, oomKilled = false): Exit => {
  const signal = SIGNALS.get(exitCode - 128)
  return signal === undefined ? { exitCode, oomKilled } : { exitCode, signal, oomKilled }
}

/** What is known of a container that is not there any more. */
export const GONE: Exit = { exitCode: null, oomKilled: false }

/** `SIGTERM` or `TERM` to 15; undefined for what this host does not know. */
export const signalNumber = (name: string): number | undefined => {
  const full = name.startsWith('SIG') ? name : `SIG${name}`
  return Object.entries(constants.signals).find(([known]) => known === full)?.[1]
}
