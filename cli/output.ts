import { once } from 'node:events'
import picocolors from 'picocolors'

export type Colours = ReturnType<typeof picocolors.createColors>

/** Where a command writes, and what can be shown there. */
export interface Output {
  readonly colours: Colours
  /** A person looks at it: lines may be redrawn. */
  readonly isTerminal: boolean
  /** Columns, 80 where it is no terminal. */
  readonly columns: number
  readonly rows: number
  /** Resolves when the reader keeps up, so that a slow one slows the writer instead of filling memory. */
  write(text: string): Promise<void>
}

/** Colours only on a terminal, unless NO_COLOR or FORCE_COLOR says otherwise. */
const wantsColour = (stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean => {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0'
  return stream.isTTY === true && env.TERM !== 'dumb'
}

const outputTo = (stream: NodeJS.WriteStream): Output => ({
  colours: picocolors.createColors(wantsColour(stream, process.env)),
  isTerminal: stream.isTTY === true && process.env.TERM !== 'dumb',
  get columns() {
    return stream.columns || 80 // some pseudo-terminals say 0
  },
  get rows() {
    return stream.rows || 24
  },
  async write(text) {
    if (!stream.write(text)) await once(stream, 'drain')
  },
})

export const stdout = outputTo(process.stdout)
export const stderr = outputTo(process.stderr)

/**
 * `ork events | head` ends when head has enough: that is no failure, and nothing is said about it. Where it cannot be
 * written for another reason, a full disk for one, the process ends with the exit code that `report` returns.
 */
export const endWithOutput = (report: (error: Error) => number): void => {
  // Before oclif's own listener, which throws it.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : report(error)),
  )
  // There is nowhere left to say it.
  process.stderr.prependListener('error', (error: NodeJS.ErrnoException) =>
    process.exit(error.code === 'EPIPE' ? 0 : 1),
  )
}
