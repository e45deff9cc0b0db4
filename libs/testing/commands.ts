import { execFile } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Either, left, right } from 'fp-ts/Either'

// A login shell of a plain user leaves these out on Debian, and dockerd, ip and iptables live there.
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/sbin', '/sbin']

/** PATH with the folders of system tools added. */
export const pathWithSystemTools = (): string =>
  [...(process.env.PATH ?? '').split(delimiter), ...SYSTEM_FOLDERS].filter(Boolean).join(delimiter)

/** The full path of an executable, or undefined if it is not installed. */
export const findCommand = (name: string): string | undefined =>
  pathWithSystemTools()
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK)
        return true
      } catch {
        return false
      }
    })

export type RunOptions = { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly timeout?: number }

/** The last lines of a text, for an error message. */
export const tail = (text: string, lines: number): string => text.trimEnd().split('\n').slice(-lines).join('\n')

/** Runs a command to its end. Right: its stdout. Left: what was run, how it ended and the end of its output. */
export const runCommand = (
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Either<string, string>> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...options.env, PATH: pathWithSystemTools() }
    const limits = { maxBuffer: 64 << 20, timeout: options.timeout ?? 300_000 }
    execFile(command, args, { ...limits, env, ...(options.cwd ? { cwd: options.cwd } : {}) }, (error, stdout, stderr) =>
      resolve(
        error
          ? left(
              `\`${[command, ...args].join(' ')}\` failed (${error.code ?? error.signal}):\n${tail(stdout + stderr, 15)}`,
            )
          : right(stdout),
      ),
    )
  })
