import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'

const BINARY = join(__dirname, '..', '..', '..', 'cli', 'bin', 'ork.cjs')

/** How a command ended and what it wrote. */
export type OrkRun = {
  /** Exit code; null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A running command of the real binary. */
export type OrkProcess = {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>
  /** What it has written to stdout so far. */
  readonly stdout: () => string
  /** Resolves when stdout matches; rejects when the command ends without. */
  readonly untilStdout: (pattern: RegExp) => Promise<void>
  readonly ended: Promise<OrkRun>
}

export type OrkOptions = { readonly nats?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string }

/** Starts `ork` as a user would, with no settings of this machine's user in the way. */
export const startOrk = (args: readonly string[], options: OrkOptions = {}): OrkProcess => {
  const home = mkdtempSync(join(tmpdir(), 'ork-home-'))
  const { ORK_NATS_URL: _url, ORK_PREFIX: _prefix, FORCE_COLOR: _colour, ...inherited } = process.env
  const child = spawn(process.execPath, [BINARY, ...args], {
    cwd: home,
    env: {
      ...inherited,
      XDG_DATA_HOME: home,
      TZ: 'UTC',
      ...(options.nats === undefined ? {} : { ORK_NATS_URL: options.nats }),
      ...options.env,
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.on('error', () => undefined) // it may end before it has read everything
  child.stdin.end(options.input ?? '')
  const ended = new Promise<OrkRun>((resolve) => {
    child.on('close', (code, signal) => {
      rmSync(home, { recursive: true, force: true })
      resolve({ code, signal, stdout, stderr })
    })
  })
  const untilStdout = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!pattern.test(stdout)) return
        child.stdout.off('data', look)
        resolve()
      }
      child.stdout.on('data', look)
      look()
      ended.then((run) => reject(new Error(`ork ended (${run.code}) before ${pattern}:\n${run.stdout}\n${run.stderr}`)))
    })
  return { child, stdout: () => stdout, untilStdout, ended }
}

/** Runs `ork` to its end. */
export const runOrk = (args: readonly string[], options: OrkOptions = {}): Promise<OrkRun> =>
  startOrk(args, options).ended
