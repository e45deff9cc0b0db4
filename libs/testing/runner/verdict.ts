/** What a file declared, counted by the guard while it loaded. */
export type Declared = { tests: number; only: number; skipped: number }

/** All that the runner saw of one test file's process. */
export type Observed = {
  readonly output: string
  readonly exitCode: number | null
  readonly signal: string | null
  /** How long it was let run in ms before it was killed; absent when it ended by itself. */
  readonly killedAfter?: number
  /** Command lines of processes that the file started and did not stop. */
  readonly leftovers: readonly string[]
  /** Absent when the process died before it could report. */
  readonly declared?: Declared
}

/** `failed` counts tests; a file that is wrong in any other way has `problems` and at least one failure. */
export type Verdict = {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly problems: readonly string[]
}

type Summary = { readonly total: number; readonly passed: number; readonly skipped: number }

// biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes start with ESC
const colourCodes = /\u001b\[\d+(;\d+)*m/g
const summaryLines = /^ {2}Total: +(\d+)\n {2}Passed: +(\d+)\n {2}Skipped: +(\d+)\n/gm

/** uvu's own summary: the last one in the output, because a test may print something that looks like it. */
export const parseSummary = (output: string): Summary | undefined => {
  const last = [...output.replace(colourCodes, '').matchAll(summaryLines)].at(-1)
  return last && { total: Number(last[1]), passed: Number(last[2]), skipped: Number(last[3]) }
}

const problemsWithCounts = (summary: Summary, declared: Declared | undefined, strict: boolean): string[] => {
  const problems: string[] = []
  if (summary.total === 0) problems.push('no test ran')
  if (!declared) return [...problems, 'the process ended without a report of what the file declares']
  const accountedFor = summary.total + summary.skipped
  const expected = declared.tests + declared.skipped
  if (accountedFor !== expected) {
    problems.push(
      `${expected} tests are declared, ${accountedFor} were run or skipped: is a run() missing or too early?`,
    )
  }
  if (strict && declared.only > 0)
    problems.push(`${declared.only} test.only left in: the others of the file did not run`)
  return problems
}

/**
 * Judges one file. Passed means: it ended by itself with exit code 0, uvu printed a summary, at least one test ran, all
 * that were declared ran and passed, and no process was left behind. `strict` (CI) also refuses a forgotten `only`.
 */
export const judge = (seen: Observed, strict: boolean): Verdict => {
  const summary = parseSummary(seen.output)
  const failedTests = summary ? summary.total - summary.passed : 0
  const problems: string[] = []
  if (seen.killedAfter !== undefined) {
    const after = `${(seen.killedAfter / 1000).toFixed(1)} s`
    problems.push(
      summary
        ? `all tests had ended but the process had not: a handle is still open (killed after ${after})`
        : `timed out: killed with all its child processes after ${after}`,
    )
  } else if (seen.signal !== null) {
    problems.push(`the process was killed by ${seen.signal}`)
  } else if (!summary) {
    problems.push(`no summary of tests (exit code ${seen.exitCode}): does the file end with test.run()?`)
  } else if (seen.exitCode !== 0 && failedTests === 0) {
    problems.push(`every test passed, yet the exit code is ${seen.exitCode}`)
  }
  if (summary && seen.killedAfter === undefined && seen.signal === null) {
    problems.push(...problemsWithCounts(summary, seen.declared, strict))
  }
  if (seen.leftovers.length > 0) {
    problems.push(
      `left ${seen.leftovers.length} processes running:\n${seen.leftovers.map((p) => `    ${p}`).join('\n')}`,
    )
  }
  return {
    passed: summary?.passed ?? 0,
    failed: failedTests > 0 ? failedTests : problems.length > 0 ? 1 : 0,
    skipped: summary?.skipped ?? 0,
    problems,
  }
}
