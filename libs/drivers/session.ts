/** A command that people run in a container, beside what it is for. */
export interface ExecOptions {
  /** Program and arguments; never empty. */
  readonly command: readonly string[]
  /** The size of the terminal it gets; null: pipes, with stderr apart. */
  readonly terminal: TerminalSize | null
  /** Whether it is given input; else it reads an end at once. */
  readonly input: boolean
  /** User and folder as in `user[:group]` and a path; absent: the container's own. */
  readonly user?: string
  readonly folder?: string
  readonly env: Readonly<Record<string, string>>
}

export interface TerminalSize {
  readonly rows: number
  readonly columns: number
}

export interface ExecOutput {
  readonly stream: 'stdout' | 'stderr'
  readonly data: Uint8Array
}

/** A command under way. */
export interface ExecSession {
  /** What it writes, read no faster than it is taken from here; ends with the command. */
  readonly output: AsyncIterable<ExecOutput>
  /** Resolves when there is room for more. What a command that has ended cannot take any more is lost. */
  write(data: Uint8Array): Promise<void>
  endInput(): void
  resize(size: TerminalSize): Promise<void>
  /** To be asked once `output` has ended; null where nobody knows. */
  exitCode(): Promise<number | null>
  /** Ends it, and what it has begun: first as a terminal that hangs up, then by SIGKILL. */
  hangUp(): Promise<void>
}

/** After a hang-up a command has so long to put things in order. */
export const HANG_UP_GRACE_MS = 2_000
