import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { judge, type Observed, parseSummary } from './verdict'

const summary = (total: number, passed: number, skipped = 0): string =>
  `• •   (${passed} / ${total})\n\n  Total:     ${total}\n  Passed:    ${passed}\n  Skipped:   ${skipped}\n  Duration:  0.2ms\n\n`

const good: Observed = {
  output: summary(2, 2),
  exitCode: 0,
  signal: null,
  leftovers: [],
  declared: { tests: 2, only: 0, skipped: 0 },
}

test('a file whose tests all ran and passed has no problems', () => {
  assert.equal(judge(good, true), { passed: 2, failed: 0, skipped: 0, problems: [] })
})

test('the last summary counts, coloured or not', () => {
  const coloured = summary(3, 3).replace('Passed:', '\u001b[32mPassed:').replace('Skipped', '\u001b[39mSkipped')
  assert.equal(parseSummary(summary(9, 9) + coloured), { total: 3, passed: 3, skipped: 0 })
})

test('a failed test is counted as one, without a further problem', () => {
  const verdict = judge({ ...good, output: summary(2, 1), exitCode: 1 }, false)
  assert.equal(verdict, { passed: 1, failed: 1, skipped: 0, problems: [] })
})

test('a test.only is an error in CI and a skip elsewhere', () => {
  const seen = { ...good, output: summary(1, 1, 1), declared: { tests: 2, only: 1, skipped: 0 } }
  assert.equal(judge(seen, false).failed, 0)
  assert.equal(judge(seen, false).skipped, 1)
  assert.equal(judge(seen, true).failed, 1)
})

test('a process that left others running fails and names them', () => {
  const verdict = judge({ ...good, leftovers: ['nats-server -p 4222'] }, false)
  assert.is(verdict.failed, 1)
  assert.match(verdict.problems.join(), 'nats-server -p 4222')
})

test.run()
