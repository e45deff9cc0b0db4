import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { commandLine } from './process-table'

const POLL_MS = 20

const readPid = (file: string): number | undefined => {
  try {
    const pid = Number.parseInt(readFileSync(file, 'utf8'), 10)
    return Number.isSafeInteger(pid) && pid > 1 ? pid : undefined
  } catch {
    return undefined
  }
}

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended by itself meanwhile.
  }
}

/**
 * Stops a server that outlived its parent and still has the store open. The pid file is only a hint, as pids are
 * reused: the process must have been started with this very configuration file.
 *
 * It is stopped and not adopted, because only a child can be waited for, and because it may run with other settings or
 * an older program than what is asked for now. Its clients reconnect, and the port stays the same.
 *
 * @returns the pid of what was stopped
 */
export const stopOrphan = async (pidFile: string, configFile: string, graceMs: number): Promise<number | undefined> => {
  const pid = readPid(pidFile)
  if (pid === undefined) return undefined
  const isOurs = async (): Promise<boolean> => (await commandLine(pid))?.endsWith(`-c ${configFile}`) === true
  if (!(await isOurs())) return undefined
  send(pid, 'SIGTERM')
  const deadline = performance.now() + graceMs
  while (await isOurs()) {
    if (performance.now() > deadline) send(pid, 'SIGKILL')
    await sleep(POLL_MS)
  }
  return pid
}
