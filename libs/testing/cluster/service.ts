import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sendSignal } from '../processes'

const BINARY = join(__dirname, '..', '..', '..', '..', 'cli', 'bin', 'ork.cjs')
const KEPT = 30_000
const READY_MS = 120_000
const STOP_MS = 10_000

/** One service of a test cluster: the real command in a process of its own, started as often as a test likes. */
export interface TestService {
  readonly name: string
  /** Where it keeps what it keeps. */
  readonly dir: string
  /** Resolves when it says that it is ready. */
  start(): Promise<void>
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGSTOP: it keeps its connections and does nothing, until `resume`. */
  pause(): void
  resume(): void
  /** SIGTERM, or another; resolves to its exit code, null where only SIGKILL helped. */
  end(by?: 'SIGTERM' | 'SIGINT'): Promise<number | null>
  /** Resolves to the exit code of its current life, null where a signal ended it. */
  ended(): Promise<number | null>
  /** Of its current life. */
  pid(): number | null
  /** The end of what it wrote, over all its lives. */
  log(): string
}

export interface TestServiceOptions {
  readonly name: string
  readonly dir: string
  readonly args: readonly string[]
  /** A command that runs it, e.g. in a network of its own. */
  readonly via?: readonly string[]
  readonly env: NodeJS.ProcessEnv
  /** What it writes when it is ready, and how long that may take; 30,000 ms when absent. */
  readonly ready: RegExp
  readonly readyMs?: number
}

interface Life {
  readonly child: ChildProcess
  readonly ended: Promise<number | null>
}

export const testService = (options: TestServiceOptions): TestService => {
  const { name, dir } = options
  let life: Life | undefined
  let text = ''
  const hear = (chunk: string): void => {
    text = (text + chunk).slice(-KEPT)
  }
  const signal = (how: NodeJS.Signals): void => {
    if (life?.child.pid !== undefined) sendSignal(life.child.pid, how)
  }
  const begin = (): Life => {
    mkdirSync(dir, { recursive: true })
    hear(`--- ${name} is started\n`)
    const { ORK_NATS_URL: _url, ORK_PREFIX: _prefix, FORCE_COLOR: _colour, ...inherited } = process.env
    const env = { ...inherited, XDG_DATA_HOME: dir, ...options.env }
    const [program = process.execPath, ...args] = [...(options.via ?? []), process.execPath, BINARY, ...options.args]
    const child = spawn(program, args, {
      cwd: dir,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', hear)
    const ended = new Promise<number | null>((resolve) => {
      child.once('exit', (code, by) => {
        hear(`--- ${name} ended: ${code ?? by}\n`)
        if (life?.child === child) life = undefined
        resolve(code)
      })
    })
    return { child, ended }
  }
  return {
    name,
    dir,
    start: async () => {
      if (life !== undefined) return
      const from = text.length
      const begun = begin()
      life = begun
      await becomesReady(options, begun, () => text.slice(Math.min(from, text.length)))
    },
    kill: async () => {
      const gone = life?.ended
      signal('SIGKILL')
      await gone
    },
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
    end: async (by = 'SIGTERM') => {
      if (life === undefined) return null
      const { ended } = life
      signal('SIGCONT')
      signal(by)
      const late = setTimeout(() => signal('SIGKILL'), STOP_MS)
      const code = await ended
      clearTimeout(late)
      return code
    },
    ended: async () => (await life?.ended) ?? null,
    pid: () => life?.child.pid ?? null,
    log: () => text,
  }
}

/** Resolves too when it is killed meanwhile: that is then the test's own doing. */
const becomesReady = (
  { name, ready, readyMs = READY_MS }: TestServiceOptions,
  { child, ended }: Life,
  said: () => string,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const done = (): void => {
      clearTimeout(late)
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', look)
    }
    const look = (): void => {
      if (!ready.test(said())) return
      done()
      resolve()
    }
    const late = setTimeout(() => {
      done()
      reject(new Error(`${name} was not ready after ${readyMs} ms; it wrote\n${said()}`))
    }, readyMs)
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', look)
    void ended.then((code) => {
      done()
      if (code === null) resolve()
      else reject(new Error(`${name} ended with ${code} before it was ready; it wrote\n${said()}`))
    })
  })
