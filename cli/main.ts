import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { run, settings } from '@oclif/core'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { ExitCode, reportFailure, UsageFailure, wantsJson } from './failure'
import { endWithOutput } from './output'

/** Runs one command line to its end and leaves the process with its exit code. */
export const main = async (root: string, argv: readonly string[]): Promise<void> => {
  const json = wantsJson(argv)
  endWithOutput((error) => reportFailure(unwritten(error), { json }))
  process.env.SHELL ??= '/bin/sh' // else oclif asks for the user's, and fails where a container runs as no user it knows
  settings.enableAutoTranspile = false // dist/ is what runs; looking for TypeScript costs time
  try {
    await run(spelled(argv), { root, ignoreManifest: true })
  } catch (failure) {
    process.exitCode = reportFailure(await named(failure), { json })
  }
  await flushed(process.stdout)
  await flushed(process.stderr)
  process.exit(process.exitCode ?? ExitCode.Done)
}

const unwritten = (error: Error): OrkFailure =>
  new OrkFailure(
    orkError('Unwritten', `cannot be written: ${causeText(error)}`, {
      where: 'standard output',
      next: 'is its disk full? What the command was to do may be done all the same',
    }),
  )

/** `ork help submit` and `ork version` mean the flags of these names. */
const spelled = (argv: readonly string[]): string[] => {
  const [first, ...rest] = argv
  if (first === 'help') return [...rest, '--help']
  if (first === 'version') return ['--version']
  return [...argv]
}

/** A command that is not there, with the one that was probably meant; or one that is, with a word too many. */
const named = async (failure: unknown): Promise<unknown> => {
  const [, id] = (failure instanceof Error ? /^command (.*?) not found\.?$/is.exec(failure.message) : null) ?? []
  if (id === undefined) return failure
  const { nearest } = await import('#libs/spec')
  const [first = '', ...rest] = id.split(':')
  const commands = commandsIn(join(__dirname, 'commands'))
  const isTopic = commands.some((command) => command.startsWith(`${first} `))
  const command = isTopic ? [first, ...rest.slice(0, 1)].join(' ') : first
  const near = nearest(command, commands)
  const known = [command, first].find((name) => commands.includes(name))
  if (known !== undefined && (near === undefined || near === known)) {
    const surplus = [first, ...rest].slice(known.split(' ').length).join(' ')
    const next = `see \`ork ${known} --help\``
    return new UsageFailure(orkError('SurplusArgument', `\`ork ${known}\` takes no "${surplus}"`, { next }))
  }
  const next = near === undefined ? '`ork --help` lists all' : `did you mean \`ork ${near}\`? \`ork --help\` lists all`
  return new UsageFailure(orkError('NoSuchCommand', `there is no command "${command}"`, { next }))
}

/** All commands as they are typed: `submit`, `quarantine list`. */
const commandsIn = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) {
      return commandsIn(join(folder, entry.name)).map((name) =>
        name === 'index' ? entry.name : `${entry.name} ${name}`,
      )
    }
    return /^([a-z-]+)\.js$/.exec(entry.name)?.[1] ?? []
  })

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })
