import { execFile } from 'node:child_process'

export interface ProgramResult {
  /** Exit code; undefined where the program could not be started, was killed or ran out of time. */
  readonly code: number | undefined
  readonly stdout: string
  readonly stderr: string
  /** One line on why it failed; empty where it ended with 0. */
  readonly failure: string
}

export interface RunOptions {
  readonly timeoutMs: number
  readonly cwd?: string
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? ''

/** Runs a program to its end with a time-out. Never rejects: how it failed is in the result. */
export const runProgram = (file: string, args: readonly string[], options: RunOptions): Promise<ProgramResult> =>
  new Promise((resolve) => {
    const settings = {
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 16 * 1024 * 1024,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    }
    execFile(file, [...args], settings, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr, failure: '' })
      const code = typeof error.code === 'number' ? error.code : undefined
      const failure = error.killed
        ? `no end after ${options.timeoutMs / 1000} s`
        : lastLine(stderr) || (code === undefined ? error.message : `exit code ${code}`)
      resolve({ code, stdout, stderr, failure })
    })
  })
