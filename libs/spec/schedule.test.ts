import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { lastTime, nextTime, scheduleProblem } from './schedule'

const at = (text: string): number => Date.parse(text)
const shown = (time: number | null): string | null => (time === null ? null : new Date(time).toISOString())

/** The first times after one, in Berlin. */
const inBerlin = (schedule: string, after: string, count: number): (string | null)[] => {
  const times: (string | null)[] = []
  let time: number | null = at(after)
  while (times.length < count && time !== null) {
    time = nextTime({ schedule, timeZone: 'Europe/Berlin' }, time)
    times.push(shown(time)?.slice(5, 16) ?? null)
  }
  return times
}

test('a time that is left out when clocks go forward comes right after it', () => {
  assert.equal(inBerlin('30 2 * * *', '2026-03-28T00:00:00Z', 3), ['03-28T01:30', '03-29T01:00', '03-30T00:30'])
})

test('a time that comes twice when clocks go back counts once, and what comes every so often goes on', () => {
  assert.equal(inBerlin('30 2 * * *', '2026-10-24T00:00:00Z', 3), ['10-24T00:30', '10-25T00:30', '10-26T01:30'])
  assert.equal(inBerlin('0 * * * *', '2026-10-24T23:00:00Z', 3), ['10-25T00:00', '10-25T01:00', '10-25T02:00'])
})

test('times go on and on, wherever clocks are changed, and the last until a time is the one before the next', () => {
  const schedules = ['* * * * *', '*/7 * * * *', '30 2 * * *', '15 0,1,2,3 * * 0', '0 0 1 * *', '59 23 31 12 *']
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'Asia/Kathmandu']
  const when = fc.record({ schedule: fc.constantFrom(...schedules), timeZone: fc.constantFrom(...zones) })
  const times = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') })
  fc.assert(
    fc.property(when, times, fc.nat({ max: 40 * 86_400_000 }), (schedule, from, length) => {
      const next = nextTime(schedule, from) ?? 0
      assert.ok(next > from)
      const last = lastTime(schedule, from, from + length)
      if (last === null) return assert.ok(next > from + length)
      assert.ok(last >= next && last <= from + length)
      assert.ok((nextTime(schedule, last) ?? Number.POSITIVE_INFINITY) > from + length)
    }),
    { numRuns: 40 },
  )
})

test('a job without a schedule has no times, nor has one that nothing here knows', () => {
  assert.is(nextTime({ timeZone: 'UTC' }, 0), null)
  assert.is(nextTime({ schedule: '* * * * *', timeZone: 'Mars/Olympus' }, 0), null)
  assert.is(lastTime({ schedule: '0 0 30 2 *', timeZone: 'UTC' }, 0, 1e12), null)
  assert.is(nextTime({ schedule: '* * * * *', timeZone: 'UTC' }, 8.64e15), null)
})

test('what is wrong with a schedule is told', () => {
  const what = (schedule: string, timeZone = 'UTC') => scheduleProblem({ schedule, timeZone })?.what ?? null
  assert.is(what('*/5 3 1-7 JAN,JUL MON'), null)
  assert.match(what('60 * * * *') ?? '', '"60 * * * *" is no schedule: Invalid value for minute: 60')
  assert.match(what('0 0 30 2 *') ?? '', 'never comes')
  assert.match(what('* * * * *', 'Mars/Olympus') ?? '', 'no time zone')
})

test.run()
