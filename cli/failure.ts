import { causeText, type OrkError, OrkFailure, orkError, renderError } from '#libs/kernel'
import { escapeText, toJson } from './render/escape'

/** What the exit code of every command means; part of the interface. */
export const ExitCode = {
  Done: 0,
  /** What was asked for failed, or was refused. */
  Failed: 1,
  /** It was asked for in a wrong way: an unknown flag, a bad argument, a job file with errors. */
  Usage: 2,
  /** Ctrl-C ended the watching, not what was watched. */
  Interrupted: 130,
} as const

/** The command line itself, or a file named on it, is wrong; all errors are told at once. */
export class UsageFailure extends OrkFailure {
  readonly errors: readonly OrkError[]

  constructor(first: OrkError, ...rest: readonly OrkError[]) {
    super(first)
    this.errors = [first, ...rest]
    this.name = 'UsageFailure'
  }
}

/** The user has seen enough of something that goes on without them. */
export class Interrupted extends Error {}

export interface FailureOptions {
  readonly json: boolean
  /** Id of the command, for the hint to its help. */
  readonly command?: string | undefined
}

/** `--json` before `--`; asked before the flags are parsed, since parsing may be what fails. */
export const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf('--')
  return (end === -1 ? argv : argv.slice(0, end)).includes('--json')
}

/** Says on stderr why a command failed, once, in words or as JSON, and returns its exit code. */
export const reportFailure = (failure: unknown, options: FailureOptions): number => {
  if (failure instanceof Interrupted) return ExitCode.Interrupted
  const exit = oclifExit(failure)
  if (exit !== undefined && isExitRequest(failure)) return exit
  const errors = errorsOf(failure, options)
  const lines = options.json ? [errorJson(errors)] : errors.map((error) => escapeText(renderError(error), 'lines'))
  process.stderr.write(`${lines.join('\n')}\n`)
  if (process.env.ORK_DEBUG && failure instanceof Error) process.stderr.write(`${failure.stack}\n`)
  return failure instanceof UsageFailure ? ExitCode.Usage : (exit ?? ExitCode.Failed)
}

const errorJson = (errors: readonly OrkError[]): string =>
  toJson({ error: errors[0], ...(errors.length > 1 ? { errors } : {}) })

const errorsOf = (failure: unknown, { command }: FailureOptions): readonly OrkError[] => {
  if (failure instanceof UsageFailure) return failure.errors
  if (failure instanceof OrkFailure) return [failure.error]
  if (oclifExit(failure) !== undefined) {
    const what = causeText(failure)
      .replace(/\nSee more help with --help$/, '')
      .replace(/^The following errors? occurred:\s+/, '')
      .replace(/^Parsing (--\S+) \n\tExpected/, '$1: expected')
    return [
      orkError('Usage', what, {
        next: `see \`ork ${command === undefined ? '' : `${command.replaceAll(':', ' ')} `}--help\``,
      }),
    ]
  }
  return [orkError('Unexpected', causeText(failure), { next: 'this is a fault in ork; ORK_DEBUG=1 shows where' })]
}

/** oclif marks its own errors with the exit code they ask for. */
const oclifExit = (failure: unknown): number | undefined => {
  const mark = failure instanceof Error ? (failure as { oclif?: { exit?: number } }).oclif : undefined
  return mark === undefined ? undefined : (mark.exit ?? ExitCode.Usage)
}

const isExitRequest = (failure: unknown): boolean => (failure as { code?: string }).code === 'EEXIT'
