import { readFileSync } from 'node:fs'
import { runProgram } from './run-program'

const LINUX = process.platform === 'linux'

const readProc = (pid: number, file: string): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

const ps = async (pid: number, column: string): Promise<string | undefined> => {
  const answer = await runProgram('ps', ['-o', `${column}=`, '-p', String(pid)], { timeoutMs: 5_000 })
  const text = answer.stdout.trim()
  return answer.code === 0 && text !== '' ? text : undefined
}

/**
 * The command line of a live process, its arguments separated by spaces; undefined where there is none. A zombie
 * has none either, which is right: it has let go of its files and ports.
 */
export const commandLine = async (pid: number): Promise<string | undefined> => {
  if (!LINUX) return ps(pid, 'args')
  const text = readProc(pid, 'cmdline')?.split('\0').join(' ').trim()
  return text === undefined || text === '' ? undefined : text
}

/** When a live process started, as an opaque text: with the pid it names a process for ever, as pids are reused. */
export const startTime = async (pid: number): Promise<string | undefined> => {
  if (!LINUX) return ps(pid, 'lstart')
  // The second field is the program's name in parentheses and may hold anything, so count from the last one.
  const stat = readProc(pid, 'stat')
  return stat
    ?.slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .at(19)
}
