import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SubjectQuery } from '#libs/events'
import { filtersOf, matchesAny } from './filters'

const token = fc.constantFrom('a', 'b', 'c')
const query: fc.Arbitrary<SubjectQuery> = fc.record(
  { job: token, task: token, index: fc.nat(2), worker: token, type: fc.constantFrom('TaskLost', 'JobStopped') },
  { requiredKeys: [] },
)
const subject = fc.oneof(
  fc.tuple(token, token, fc.nat(2), token, token).map((parts) => `ork.events.task.${parts.join('.')}`),
  fc.tuple(fc.constantFrom('job', 'worker', 'control'), token, token).map((parts) => `ork.events.${parts.join('.')}`),
)

test('filters for a consumer never overlap, and with the check behind them let through what was asked, no less, no more', () =>
  fc.assert(
    fc.property(fc.array(query, { minLength: 1, maxLength: 4 }), fc.array(subject), (queries, subjects) => {
      const { apart, matches } = filtersOf('ork', queries)
      const wanted = queries.flatMap((one) => filtersOf('ork', [one]).asked)
      for (const one of subjects) {
        const through = apart.filter((filter) => matchesAny([filter], one))
        assert.ok(through.length <= 1, 'no subject passes two filters')
        const passes = through.length === 1 && (matches === undefined || matches(one))
        assert.is(passes, matchesAny(wanted, one))
      }
    }),
  ))

test('no queries are no filters', () => {
  assert.equal(filtersOf('ork', undefined), { apart: [], asked: [] })
  assert.equal(filtersOf('ork', []), { apart: [], asked: [] })
})

test('wildcards match as they do in NATS', () => {
  assert.ok(matchesAny(['a.*.c'], 'a.b.c'))
  assert.ok(matchesAny(['a.>'], 'a.b.c'))
  assert.not(matchesAny(['a.>'], 'a'))
  assert.not(matchesAny(['a.*'], 'a.b.c'))
})

test.run()
