import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { anyEventArbitrary, eventArbitrary } from '../testing/arbitraries/events'
import { aboutOf, type DecodeError, decodeEvent, EVENT_TYPES, EVENTS, type OrkEvent, parseEvent, stamp } from './index'

const started: OrkEvent = stamp(
  {
    type: 'TaskStarted',
    data: {
      job: 'web',
      task: 'api',
      index: 0,
      worker: 'w1',
      attempt: 1,
      placement: 1,
      container: 'c1',
      ports: [],
      checked: false,
    },
  },
  { id: 'e1', source: 'worker/w1', time: 0 },
)

const refusal = (json: unknown): DecodeError => {
  const result = decodeEvent(json)
  if (E.isRight(result)) throw new Error('it was accepted')
  return result.left
}

for (const type of EVENT_TYPES) {
  test(`any ${type} is read as it was stamped`, () => {
    fc.assert(
      fc.property(eventArbitrary(type), (event) => {
        const text = JSON.stringify(event)
        const read = parseEvent(text)
        assert.ok(E.isRight(read), text)
        assert.is(JSON.stringify(E.isRight(read) && read.right), text)
        assert.is(event.subject, aboutOf(event))
      }),
      { numRuns: 50 },
    )
  })
  test(`${type} without one of its fields, or with one of another kind, is refused`, () => {
    fc.assert(
      fc.property(eventArbitrary(type), fc.nat(), (event, pick) => {
        const keys = Object.keys(event.data)
        const key = keys[pick % keys.length] ?? ''
        const { [key]: _, ...rest } = event.data as Record<string, unknown>
        assert.is(refusal({ ...event, data: rest }).tag, 'BadData')
        assert.is(refusal({ ...event, data: { ...rest, [key]: { odd: [[]] } } }).tag, 'BadData')
      }),
      { numRuns: 20 },
    )
  })
  if (EVENTS[type].nature !== 'decision') continue
  test(`${type} is a decision, so without an epoch it is refused`, () => {
    const [event] = fc.sample(eventArbitrary(type), 1)
    const { epoch: _, ...rest } = event ?? started
    assert.equal(refusal(rest), { tag: 'BadData', detail: `${type} is a decision and has no epoch` })
  })
}

test('no JSON, and no text, makes reading throw', () => {
  fc.assert(fc.property(fc.jsonValue(), (json) => void decodeEvent(json)))
  fc.assert(fc.property(fc.string(), (text) => void parseEvent(text)))
})

test('an event with one arbitrary field does not make reading throw either', () => {
  fc.assert(
    fc.property(anyEventArbitrary, fc.nat(), fc.jsonValue(), (event, pick, value) => {
      const keys = Object.keys(event)
      void decodeEvent({ ...event, [keys[pick % keys.length] ?? '']: value })
      const inner = Object.keys(event.data)
      void decodeEvent({ ...event, data: { ...event.data, [inner[pick % inner.length] ?? '']: value } })
    }),
  )
})

test('what is not JSON is told from what is no event', () => {
  const tagOf = (text: string): string => {
    const result = parseEvent(text)
    return E.isLeft(result) ? result.left.tag : 'read'
  }
  assert.is(tagOf('{'), 'NotJson')
  assert.is(tagOf('[]'), 'NotAnEvent')
  assert.is(tagOf('null'), 'NotAnEvent')
})

test('an unknown type is named', () => {
  assert.match(refusal({ ...started, type: 'TaskTeleported' }).detail, 'TaskTeleported')
  assert.is(refusal({ ...started, type: 'constructor' }).tag, 'UnknownType')
  assert.is(refusal({ ...started, type: '__proto__' }).tag, 'UnknownType')
})

test('a version from the future, or one that never was, is told with the newest that can be read', () => {
  const { version } = EVENTS.TaskStarted
  for (const schemaversion of [version + 1, 0, -1, 0.5]) {
    const { tag, detail } = refusal({ ...started, schemaversion })
    assert.is(tag, 'UnknownVersion')
    assert.match(detail, `version ${schemaversion}`)
    assert.match(detail, `up to ${version}`)
  }
})

test('a time that is none is refused, since folds compute with it', () => {
  for (const time of ['', 'yesterday', '2026-13-01T00:00:00.000Z', '2026-01-01T24:00:00.000Z', '2026-01-01', 0, null]) {
    assert.is(refusal({ ...started, time }).tag, 'NotAnEvent', String(time))
  }
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) =>
      assert.ok(E.isRight(decodeEvent({ ...started, time: date.toISOString() }))),
    ),
  )
})

test('an epoch that is no whole number is refused', () => {
  for (const epoch of [-1, 0.5, '1', null, 2 ** 53]) assert.is(refusal({ ...started, epoch }).tag, 'NotAnEvent')
})

test('bad data is told by its path, what was expected and what was found', () => {
  const { detail } = refusal({ ...started, data: { ...started.data, index: -1, worker: 'W 1' } })
  assert.match(detail, 'data.index: expected Count, found -1')
  assert.match(detail, 'data.worker: expected Name, found "W 1"')
})

test('fields that are not known are kept, so that a newer version may add some', () => {
  const read = decodeEvent({ ...started, data: { ...started.data, later: true } })
  assert.ok(E.isRight(read) && (read.right.data as { later?: boolean }).later === true)
})

test('an election has one version for ever: an older release that could not read it would go on leading', () => {
  assert.equal([EVENTS.LeaderElected.version, EVENTS.LeaderElected.older], [1, {}])
})

test('equal events have equal JSON, whatever the order in which they were stamped', () => {
  const by = { source: 'manager/m1', id: 'x', epoch: 1, time: 5, actor: 'ada', causationid: 'y' } as const
  const again = { causationid: 'y', actor: 'ada', time: 5, epoch: 1, id: 'x', source: 'manager/m1' } as const
  const draft = { type: 'WorkerReturned', data: { worker: 'w1' } } as const
  assert.is(JSON.stringify(stamp(draft, by)), JSON.stringify(stamp(draft, again)))
})

test.run()
