import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** A live process (zombies are not): its id, its process group and its command line. */
export type ProcessInfo = { readonly pid: number; readonly group: number; readonly command: string }

const readProc = (pid: string): ProcessInfo | undefined => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may itself contain spaces and brackets; the fields start after the last one.
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (state === 'Z' || state === 'X') return undefined
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim()
    return { pid: Number(pid), group: Number(group), command: command || stat.slice(0, stat.lastIndexOf(')') + 1) }
  } catch {
    return undefined // it ended while we looked
  }
}

const listWithPs = (): ProcessInfo[] =>
  execFileSync('ps', ['-A', '-o', 'pid=,pgid=,stat=,command='], { encoding: 'utf8' })
    .split('\n')
    .flatMap((line) => {
      const [, pid, group, state, command] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? []
      if (state === undefined || state.startsWith('Z')) return []
      return [{ pid: Number(pid), group: Number(group), command: command ?? '' }]
    })

/** Every live process of this machine. Reads /proc on Linux, where `ps` is often not installed. */
export const listProcesses = (): readonly ProcessInfo[] =>
  process.platform === 'linux'
    ? readdirSync('/proc')
        .filter((name) => /^\d+$/.test(name))
        .flatMap((pid) => readProc(pid) ?? [])
    : listWithPs()

/** Whether a process of this id is alive; a zombie is not. */
export const isAlive = (pid: number): boolean => listProcesses().some((running) => running.pid === pid)

/** Sends a signal to a process, or to a whole group with a negative id; false if there was none. */
export const sendSignal = (pid: number, signal: NodeJS.Signals): boolean => {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
