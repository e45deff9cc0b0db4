import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, type Readable, type Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { failed, refused } from '../errors'
import type { AttemptRef, DriverResult } from '../port'
import { containerName } from '../port'
import { type ExecOptions, type ExecOutput, type ExecSession, HANG_UP_GRACE_MS, type TerminalSize } from '../session'
import type { Known } from './containers'
import { environmentOf } from './environment'
import { FILES } from './files'
import { signalProcess } from './supervisor'

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const SIGHUP = 1
const SIGKILL = 9

/** Runs a command beside the attempt's process: in its folder, with its environment. */
export const execProcess = async (
  ref: AttemptRef,
  known: Known | undefined,
  options: ExecOptions,
): DriverResult<ExecSession> => {
  if (known?.container.state !== 'running') return E.left(refused(`${containerName(ref)} does not run`))
  if (options.user !== undefined) return E.left(refused('a process runs as the user of its worker, and no other'))
  if (options.terminal !== null && process.platform !== 'linux') {
    return E.left(refused('processes have terminals on Linux alone', { next: 'use --no-tty' }))
  }
  const env = { ...(await environmentOf(known)), ...options.env }
  const [program = '', ...args] =
    options.terminal === null ? options.command : inTerminal(options.command, options.terminal)
  const child = spawn(program, args, {
    cwd: options.folder ?? join(known.folder, FILES.work),
    env: options.terminal === null ? env : { TERM: 'xterm', ...env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.on('error', () => undefined) // it reads no more
  if (!options.input) child.stdin.end()
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code))
  })
  try {
    await once(child, 'spawn')
  } catch (cause) {
    return E.left(failed(`cannot run ${options.command[0]}: ${(cause as Error).message}`))
  }
  return E.right(sessionOf(child, ended))
}

/** `script` gives a command a terminal of its own, and hands on its exit code. */
const inTerminal = (command: readonly string[], { rows, columns }: TerminalSize): readonly string[] => {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ')
  return ['script', '-qefc', `stty rows ${rows} cols ${columns} 2>/dev/null; exec ${words}`, '/dev/null']
}

const sessionOf = (child: Child, ended: Promise<number | null>): ExecSession => ({
  output: outputOf(child),
  write: async (data) => {
    if (!child.stdin.writable || child.stdin.write(data)) return
    await Promise.race([once(child.stdin, 'drain'), once(child.stdin, 'close')]).catch(() => undefined)
  },
  endInput: () => void child.stdin.end(),
  resize: ({ rows, columns }) => resize(child, rows, columns),
  exitCode: () => ended,
  hangUp: async () => {
    if (child.pid === undefined || child.exitCode !== null) return
    signalProcess(-child.pid, SIGHUP)
    const group = child.pid
    await Promise.race([ended, sleep(HANG_UP_GRACE_MS, undefined, { ref: false })])
    signalProcess(-group, SIGKILL)
  },
})

async function* outputOf(child: Child): AsyncGenerator<ExecOutput> {
  const both = new PassThrough({ objectMode: true, highWaterMark: 2 })
  let open = 2
  for (const [stream, from] of [
    ['stdout', child.stdout],
    ['stderr', child.stderr],
  ] as const) {
    void (async () => {
      for await (const data of from) if (!both.write({ stream, data })) await once(both, 'drain')
    })()
      .catch(() => undefined)
      .finally(() => {
        open -= 1
        if (open === 0) both.end()
      })
  }
  yield* both as AsyncIterable<ExecOutput>
}

/** By the terminal of its child: the kernel tells whoever is in its foreground. */
const resize = async (child: Child, rows: number, columns: number): Promise<void> => {
  const terminal = await terminalBelow(child.pid ?? 0)
  if (terminal === undefined) return
  const stty = spawn('stty', ['-F', terminal, 'rows', String(rows), 'cols', String(columns)], { stdio: 'ignore' })
  await once(stty, 'close').catch(() => undefined)
}

const terminalBelow = async (pid: number): Promise<string | undefined> => {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  for (const task of tasks) {
    const children = await readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')
    for (const inner of children.split(' ').filter(Boolean)) {
      const input = await readlink(`/proc/${inner}/fd/0`).catch(() => '')
      if (input.startsWith('/dev/pts/')) return input
    }
  }
  return undefined
}
