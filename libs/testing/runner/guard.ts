// Loaded with --require before a test file. It counts what the file declares, so that the runner can tell a suite
// whose `run()` was forgotten, or a test written below it, from a file that is merely short: uvu passes both silently.
import { writeSync } from 'node:fs'
import * as uvu from 'uvu'
import type { Declared } from './verdict'

const REPORT_FD = 3
const countOnly = process.env.ORK_TEST_COUNT_ONLY === '1'
const declared: Declared = { tests: 0, only: 0, skipped: 0 }

const watched = <T>(inner: uvu.Test<T>): uvu.Test<T> => {
  const outer = (name: string, handler: uvu.Callback<T>): void => {
    declared.tests++
    inner(name, handler)
  }
  return Object.assign(outer, {
    before: inner.before,
    after: inner.after,
    only: (name: string, handler: uvu.Callback<T>): void => {
      declared.tests++
      declared.only++
      inner.only(name, handler)
    },
    skip: (name?: string, handler?: uvu.Callback<T>): void => {
      declared.skipped++
      inner.skip(name, handler)
    },
    run: countOnly ? (): void => undefined : inner.run,
  })
}

const makeSuite = uvu.suite
Object.assign(require('uvu'), {
  test: watched(uvu.test),
  suite: <T>(name?: string, context?: T): uvu.Test<T> => watched(makeSuite(name, context)),
})

process.on('exit', () => writeSync(REPORT_FD, JSON.stringify(declared)))
// Asked by the runner when the tests are done and the process still does not end.
process.on('SIGUSR2', () => {
  const held = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap' && name !== 'SignalWrap')
  console.error(`still open: ${held.join(', ') || 'nothing that Node names'}`)
})
