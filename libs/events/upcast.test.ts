import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import * as t from 'io-ts'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Count, Name, nullable } from '#libs/kernel'
import { dataArbitrary } from '../testing/arbitraries/events'
import { type DecodeError, decodeAs } from './codec'
import { defineEvent, type OlderVersion } from './define'
import { EVENT_TYPES, EVENTS, type OrkEvent } from './registry'

// How an event grows: a vocabulary of one event that is in its third version, and what the first two wrote.

const first = t.type({ job: Name, seconds: Count })
const second = t.type({ job: Name, delayMs: Count })
const third = t.type({ job: Name, delayMs: Count, reason: nullable(t.string) })

/** An upcaster is total: a product that is no whole number any more would not be a Count. */
const MOST = Number.MAX_SAFE_INTEGER

const older: Readonly<Record<number, OlderVersion>> = {
  1: {
    data: first,
    upcast: ({ job, seconds }: t.TypeOf<typeof first>) => ({ job, delayMs: Math.min(seconds * 1_000, MOST) }),
  },
  2: { data: second, upcast: (data: t.TypeOf<typeof second>) => ({ ...data, reason: null }) },
}

const JobPaused = defineEvent({
  type: 'JobPaused',
  topic: 'job',
  owner: 'manager',
  nature: 'command',
  summary: 'Only in this test.',
  version: 3,
  data: third,
  older,
})

/** What each release wrote, as it stands in some log for ever. */
const GOLDEN: Readonly<Record<number, unknown>> = {
  1: { job: 'web', seconds: 5 },
  2: { job: 'web', delayMs: 5_000 },
  3: { job: 'web', delayMs: 5_000, reason: 'lunch' },
}

const written = (schemaversion: number, data: unknown): OrkEvent =>
  ({
    specversion: '1.0',
    id: 'e1',
    source: 'manager/m1',
    type: 'JobPaused',
    subject: 'web',
    time: '2026-03-02T09:15:11.008Z',
    schemaversion,
    actor: 'ada',
    data,
  }) as unknown as OrkEvent

const read = (schemaversion: number, data: unknown, definition = JobPaused): OrkEvent => {
  const result = decodeAs(definition, written(schemaversion, data))
  if (E.isLeft(result)) throw new Error(`${result.left.tag}: ${result.left.detail}`)
  return result.right
}

const refusal = (schemaversion: number, data: unknown, definition = JobPaused): DecodeError => {
  const result = decodeAs(definition, written(schemaversion, data))
  if (E.isRight(result)) throw new Error('it was read')
  return result.left
}

test('the sample of every version is read as an event of the newest', () => {
  assert.equal(read(1, GOLDEN[1]).data, { job: 'web', delayMs: 5_000, reason: null })
  assert.equal(read(2, GOLDEN[2]).data, { job: 'web', delayMs: 5_000, reason: null })
  assert.equal(read(3, GOLDEN[3]), written(3, GOLDEN[3]))
  assert.is(read(1, GOLDEN[1]).schemaversion, 3)
  assert.is(read(1, GOLDEN[1]).actor, 'ada')
})

test('an older event that is not as its own version was is bad data, by the paths of that version', () => {
  assert.match(refusal(1, GOLDEN[2]).detail, 'data.seconds: expected Count, found nothing')
  assert.is(refusal(2, { job: 'Web!', delayMs: 1 }).tag, 'BadData')
})

test('a version to come, and one that has no way to the newest, is unknown', () => {
  assert.equal(refusal(4, GOLDEN[3]), { tag: 'UnknownVersion', detail: 'JobPaused version 4; this ork reads up to 3' })
  const { 2: _forgotten, ...gap } = older
  assert.is(refusal(1, GOLDEN[1], { ...JobPaused, older: gap }).detail, 'JobPaused version 2 has no upcaster')
})

test('what an upcaster makes is checked like anything else', () => {
  const wrong = { ...older, 2: { data: second, upcast: () => ({ job: 'web' }) } }
  assert.is(refusal(1, GOLDEN[1], { ...JobPaused, older: wrong }).tag, 'BadData')
})

/** Every event's older versions, each with the one it is brought to. */
const steps = [JobPaused, ...EVENT_TYPES.map((type) => EVENTS[type])].flatMap(({ type, data, older: past }) =>
  Object.entries(past).map(([from, step]) => ({
    name: `${type} version ${from}`,
    step,
    next: past[Number(from) + 1]?.data ?? data,
  })),
)

for (const { name, step, next } of steps) {
  test(`${name} has a next version, whatever it said`, () => {
    fc.assert(fc.property(dataArbitrary(step.data), (said) => assert.ok(next.is(step.upcast(said as never)))))
  })
}

test.run()
