import { run, settings } from '@oclif/core'
import { ExitCode, reportFailure, wantsJson } from './failure'
import { endQuietlyWithoutReader } from './output'

/** Runs one command line to its end and leaves the process with its exit code. */
export const main = async (root: string, argv: readonly string[]): Promise<void> => {
  endQuietlyWithoutReader()
  settings.enableAutoTranspile = false // dist/ is what runs; looking for TypeScript costs time
  try {
    await run(spelled(argv), { root, ignoreManifest: true })
  } catch (failure) {
    process.exitCode = reportFailure(failure, { json: wantsJson(argv) })
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

const flushed = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })
