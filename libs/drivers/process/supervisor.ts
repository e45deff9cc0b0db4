import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { readProc } from './procfs'

/**
 * A shell of a few lines stands between the worker and the process, so that the exit code is kept even when no worker
 * lives at that moment. Only shell built-ins: the PATH is the job's. `set -C` lets the first of two starts win. When
 * the process has ended, what it left in its process group ends too, as in a container, and the supervisor with it.
 */
const SCRIPT = `
dir=$1; shift
set -C
echo $$ >"$dir/pid" || exit 1
set +C
/bin/sh -c 'echo $$ >"$0/child"; exec "$@"' "$dir" "$@" >"$dir/stdout.log" 2>"$dir/stderr.log" </dev/null
echo $? >"$dir/exit"
kill -9 0
`

/** Starts it in a session of its own, so that it outlives the worker. Resolves once it runs; `ended` when it does not. */
export const superviseProcess = async (
  folder: string,
  command: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly ended: () => void },
): Promise<void> => {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'ork-supervisor', folder, ...command], {
    cwd: options.cwd,
    env: { ...options.env },
    stdio: 'ignore',
    detached: true,
  })
  child.once('exit', options.ended)
  child.unref()
  await once(child, 'spawn')
}

const commandLine = async (pid: number): Promise<string> => {
  try {
    if (process.platform === 'linux') return await readProc(`/proc/${pid}/cmdline`)
    return (await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])).stdout
  } catch {
    return ''
  }
}

/** Whether that supervisor lives: the folder in its arguments tells it from a later process with the same number. */
export const isSupervising = async (pid: number, folder: string): Promise<boolean> => {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  return (await commandLine(pid)).includes(folder)
}

/** Sends a signal to a process, or with a negative number to a group; one that is gone is fine. */
export const signalProcess = (pid: number, signal: number): void => {
  try {
    process.kill(pid, signal)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ESRCH') throw cause
  }
}
