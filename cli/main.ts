import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run, settings } from '@oclif/core'
import { orkError } from '#libs/kernel'
import { ExitCode, reportFailure, UsageFailure, wantsJson } from './failure'
import { endQuietlyWithoutReader } from './output'

/** Runs one command line to its end and leaves the process with its exit code. */
export const main = async (root: string, argv: readonly string[]): Promise<void> => {
  endQuietlyWithoutReader()
  settings.enableAutoTranspile = false // dist/ is what runs; looking for TypeScript costs time
  try {
    await run(spelled(argv), { root, ignoreManifest: true })
  } catch (failure) {
    process.exitCode = reportFailure(await named(failure, argv), { json: wantsJson(argv) })
  }
  await flushed(process.stdout)
  await flushed(process.stderr)
  process.exit(process.exitCode ?? ExitCode.Done)
}

/** `ork help submit` and `ork version` mean the flags of these names. */
const spelled = (argv: readonly string[]): string[] => {
  const [first, ...rest] = argv
  if (first === 'help') return [...rest, '--help']
  if (first === 'version') return ['--version']
  return [...argv]
}

/** A command that is not there, with the one that was probably meant. */
const named = async (failure: unknown, [command = '']: readonly string[]): Promise<unknown> => {
  if (!(failure instanceof Error) || !/^command .* not found$/s.test(failure.message)) return failure
  const { nearest } = await import('#libs/spec')
  const commands = readdirSync(join(__dirname, 'commands')).flatMap((file) => /^([a-z]+)\.js$/.exec(file)?.[1] ?? [])
  const near = nearest(command, commands)
  const next = near === undefined ? '`ork --help` lists all' : `did you mean \`ork ${near}\`? \`ork --help\` lists all`
  return new UsageFailure(orkError('NoSuchCommand', `there is no command "${command}"`, { next }))
}

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })
