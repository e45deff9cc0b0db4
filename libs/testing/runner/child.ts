import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as setTimeoutAsync } from 'node:timers/promises'
import { listProcesses, type ProcessInfo, sendSignal } from '../processes'
import type { TestFile } from './select'
import { type Declared, type Observed, parseSummary } from './verdict'

const LINGER_MS = 3_000 // from uvu's summary to the end of the process: longer means a handle is open
const LEFTOVER_GRACE_MS = 1_000

export type ChildOptions = {
  readonly env: NodeJS.ProcessEnv
  /** ms for the whole file. */
  readonly timeout: number
  /** Load the file and count its tests, run none. */
  readonly countOnly?: boolean
}

const running = new Set<ChildProcess>()

/** Kills every test file that is running now with all it started. For Ctrl-C. */
export const killRunningChildren = (): void => {
  for (const child of running) if (child.pid) sendSignal(-child.pid, 'SIGKILL')
}

const parseDeclared = (text: string): Declared | undefined => {
  try {
    return JSON.parse(text) as Declared
  } catch {
    return undefined // the process was killed before, or while, it wrote
  }
}

const start = (file: TestFile, options: ChildOptions): ChildProcess => {
  const { FORCE_COLOR: _, ...env } = options.env
  const child = spawn(process.execPath, ['--enable-source-maps', '--require', join(__dirname, 'guard.js'), file.path], {
    env: { ...env, ...(options.countOnly ? { ORK_TEST_COUNT_ONLY: '1' } : {}) },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true, // a process group of its own, so that everything the file starts can be killed with it
  })
  running.add(child)
  return child
}

/** What the file started and left, after a moment for what is just about to end. */
const survivorsOf = async (child: ChildProcess): Promise<readonly string[]> => {
  const survivors = (): readonly ProcessInfo[] => listProcesses().filter((running) => running.group === child.pid)
  for (let waited = 0; waited < LEFTOVER_GRACE_MS && survivors().length > 0; waited += 50) await setTimeoutAsync(50)
  return survivors().map((running) => running.command)
}

const collect = (stream: Readable, onText: (text: string) => void): void => {
  stream.setEncoding('utf8').on('data', onText)
}

type End = { readonly exitCode: number | null; readonly signal: string | null }

const endOf = (child: ChildProcess, event: 'exit' | 'close'): Promise<End> =>
  new Promise((resolve) => {
    child.once(event, (exitCode: number | null, signal: string | null) => resolve({ exitCode, signal }))
  })

/** Runs one test file in a process of its own and reports what was seen of it. */
export const runFile = async (file: TestFile, options: ChildOptions): Promise<Observed> => {
  const child = start(file, options)
  const [exited, closed] = [endOf(child, 'exit'), endOf(child, 'close')]
  const group = child.pid === undefined ? undefined : -child.pid
  const started = Date.now()
  let output = ''
  let report = ''
  let killedAfter: number | undefined
  let lingering: NodeJS.Timeout | undefined

  const kill = async (): Promise<void> => {
    killedAfter = Date.now() - started
    if (child.pid) sendSignal(child.pid, 'SIGUSR2') // the guard prints what is still open
    await setTimeoutAsync(100)
    if (group) sendSignal(group, 'SIGKILL')
  }
  const deadline = setTimeout(kill, options.timeout)
  const onOutput = (text: string): void => {
    output += text
    // Looked for only where it can be: a chatty file must not make this quadratic.
    if (!lingering && parseSummary(output.slice(-4_096))) lingering = setTimeout(kill, LINGER_MS)
  }
  const [, stdout, stderr, reports] = child.stdio as Readable[]
  if (stdout) collect(stdout, onOutput)
  if (stderr) collect(stderr, onOutput)
  if (reports) collect(reports, (text) => (report += text))

  const end = await exited
  clearTimeout(deadline)
  clearTimeout(lingering)
  const leftovers = killedAfter === undefined ? await survivorsOf(child) : []
  // Whatever still lives in the group also holds our pipes open, and 'close' would never come.
  if (group) sendSignal(group, 'SIGKILL')
  await closed
  running.delete(child)
  const declared = parseDeclared(report)
  return {
    output,
    ...end,
    leftovers,
    ...(declared ? { declared } : {}),
    ...(killedAfter === undefined ? {} : { killedAfter }),
  }
}
