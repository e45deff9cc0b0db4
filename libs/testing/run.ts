// The test runner: `node dist/libs/testing/run.js [--kind pure|nats|docker|all] [--timeout s] [part of a path ...]`.
// Its last line is `N passed, N failed` (and `, N skipped`); it exits with 0, or 1 for failures, 2 if nothing was found.
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { causeText } from '#libs/kernel'
import { removePrivateDockers } from './docker'
import { killRunningChildren, runFile } from './runner/child'
import { type Environment, prepare } from './runner/environment'
import { inLanes } from './runner/lanes'
import { type Kind, kinds, selectTestFiles, type TestFile } from './runner/select'
import { judge, type Verdict } from './runner/verdict'

/** For a machine that others use ten times over: what hangs is found all the same. */
const TIMEOUT_MS: Record<Kind, number> = { pure: 300_000, nats: 600_000, docker: 600_000 }
const strict = process.env.CI !== undefined && process.env.CI !== 'false'

type Options = {
  readonly kind: Kind | 'all'
  readonly root: string
  readonly timeout?: number
  readonly filters: string[]
}
type Outcome = Verdict & { readonly output: string; readonly seconds: number }

let interrupted = false

const isKind = (text: string): text is Kind | 'all' => text === 'all' || kinds.some((kind) => kind === text)

const parseOptions = (argv: string[]): Options => {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: { kind: { type: 'string' }, timeout: { type: 'string' }, root: { type: 'string' } },
  })
  const kind = values.kind ?? 'all'
  if (!isKind(kind)) throw new Error(`--kind ${kind}: must be one of ${kinds.join(', ')}, all`)
  const timeout = values.timeout === undefined ? undefined : Number(values.timeout) * 1_000
  if (timeout !== undefined && !(timeout > 0)) throw new Error(`--timeout ${values.timeout}: must be seconds above 0`)
  const root = resolve(values.root ?? join(__dirname, '..', '..'))
  return { kind, root, filters: positionals, ...(timeout === undefined ? {} : { timeout }) }
}

/** A file whose kind cannot run here is still loaded, so that the number of tests it would have run is known. */
const countSkipped = async (file: TestFile, env: NodeJS.ProcessEnv): Promise<Verdict> => {
  const { declared } = await runFile(file, { env, timeout: 20_000, countOnly: true })
  return { passed: 0, failed: 0, skipped: declared ? declared.tests + declared.skipped : 1, problems: [] }
}

const runOne = async (file: TestFile, options: Options, environment: Environment): Promise<Outcome> => {
  const started = Date.now()
  const finish = (verdict: Verdict, output = ''): Outcome => ({
    ...verdict,
    output,
    seconds: (Date.now() - started) / 1_000,
  })
  const impossible = environment.impossible.get(file.kind)
  if (impossible !== undefined) return finish({ passed: 0, failed: 1, skipped: 0, problems: [impossible] })
  if (environment.skipped.has(file.kind)) return finish(await countSkipped(file, environment.env))
  const timeout = options.timeout ?? TIMEOUT_MS[file.kind]
  const seen = await runFile(file, { env: environment.env, timeout })
  return finish(judge(seen, strict), seen.output)
}

const report = (file: TestFile, outcome: Outcome): void => {
  const mark = outcome.failed > 0 ? '✘' : outcome.passed > 0 ? '✔' : '-'
  const parts = [
    `${outcome.passed} passed`,
    ...(outcome.failed > 0 ? [`${outcome.failed} FAILED`] : []),
    ...(outcome.skipped > 0 ? [`${outcome.skipped} skipped`] : []),
  ]
  console.log(`${mark} ${file.name.replace(/\.js$/, '')}  ${parts.join(', ')}  ${outcome.seconds.toFixed(1)} s`)
  if (outcome.failed === 0) return
  if (outcome.output.trim()) console.log(outcome.output.trimEnd().replace(/^/gm, '  | '))
  for (const problem of outcome.problems) console.log(`  ✘ ${problem}`)
}

const sum = (outcomes: readonly Outcome[], field: 'passed' | 'failed' | 'skipped'): number =>
  outcomes.reduce((total, outcome) => total + outcome[field], 0)

const printEnd = (outcomes: readonly Outcome[], environment: Environment): void => {
  for (const [kind, reason] of environment.skipped) console.log(`\nSKIPPED: the ${kind} tests did not run: ${reason}`)
  const skipped = sum(outcomes, 'skipped')
  const tail = skipped > 0 ? `, ${skipped} skipped` : ''
  console.log(`\n${sum(outcomes, 'passed')} passed, ${sum(outcomes, 'failed')} failed${tail}`)
}

/** Ctrl-C at any moment, also while the engine is still starting, leaves nothing running. */
const onInterrupt = (): void => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      console.error(`\n${signal}: stopping the tests and what they use`)
      interrupted = true
      killRunningChildren()
      if (process.platform === 'linux') await removePrivateDockers(process.pid)
      process.exit(signal === 'SIGINT' ? 130 : 143)
    })
  }
}

/** Runs the selected tests. Resolves to the exit code: 0, 1 if any test or file failed, 2 if there was none to run. */
export const main = async (argv: string[]): Promise<number> => {
  const options = parseOptions(argv)
  const files = selectTestFiles(options.root, options.kind, options.filters)
  if (files.length === 0) {
    const wanted = options.filters.length > 0 ? ` whose path contains ${options.filters.join(' or ')}` : ''
    console.error(`No test file of kind ${options.kind}${wanted} below ${options.root}. Is it built (npm run build)?`)
    console.log('0 passed, 0 failed')
    return 2
  }
  onInterrupt()
  const environment = await prepare(new Set(files.map((file) => file.kind)), (line) => console.log(line))
  const outcomes: Outcome[] = []
  const runAndReport = async (file: TestFile): Promise<void> => {
    if (interrupted) return
    const outcome = await runOne(file, options, environment)
    if (interrupted) return
    report(file, outcome)
    outcomes.push(outcome)
  }
  try {
    await inLanes(files, runAndReport)
  } finally {
    await environment.stop()
  }
  if (!interrupted) printEnd(outcomes, environment)
  return sum(outcomes, 'failed') > 0 ? 1 : 0
}

if (require.main === module) {
  main(process.argv.slice(2)).then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      console.error(causeText(error))
      process.exitCode = 2
    },
  )
}
