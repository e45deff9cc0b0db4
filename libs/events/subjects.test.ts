import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { anyEventArbitrary } from '../testing/arbitraries/events'
import { nameArbitrary } from '../testing/arbitraries/spec'
import {
  aggregateAt,
  aggregateOf,
  EVENT_TYPES,
  EVENTS,
  filterOf,
  filtersFor,
  type OrkEvent,
  pathOf,
  type SubjectQuery,
  subjectOf,
} from './index'

/** NATS's own rule, written once more and simply. */
const matches = (filter: string, subject: string): boolean => {
  const tokens = subject.split('.')
  const wanted = filter.split('.')
  if (wanted.at(-1) === '>')
    return (
      tokens.length >= wanted.length &&
      matches(wanted.slice(0, -1).join('.'), tokens.slice(0, wanted.length - 1).join('.'))
    )
  return tokens.length === wanted.length && wanted.every((token, at) => token === '*' || token === tokens[at])
}

const topics = ['job', 'task', 'worker', 'control'] as const

const queryArbitrary = (event: OrkEvent): fc.Arbitrary<SubjectQuery> => {
  const data = event.data as Partial<Record<'job' | 'task' | 'worker', string>> & { index?: number }
  const near = (value: string | undefined): fc.Arbitrary<string> =>
    fc.oneof(nameArbitrary, fc.constant(value ?? 'web'), fc.constant(value ?? 'web'))
  return fc
    .record(
      {
        topic: fc.constantFrom(...topics),
        job: near(data.job),
        task: near(data.task),
        index: fc.oneof(fc.nat({ max: 9 }), fc.constant(data.index ?? 0)),
        worker: near(data.worker),
        type: fc.oneof(fc.constantFrom<string[]>(...EVENT_TYPES), fc.constant<string>(event.type)),
      },
      { requiredKeys: [] },
    )
    .map((query) => query as SubjectQuery)
}

/** What a query means, said of the event itself. */
const asksFor = (query: SubjectQuery, event: OrkEvent): boolean => {
  const { topic } = EVENTS[event.type]
  const data = event.data as unknown as Readonly<Record<string, unknown>>
  if (topic === 'heartbeat') return false
  const is = (key: 'job' | 'task' | 'index' | 'worker', on: readonly string[]): boolean =>
    query[key] === undefined || (on.includes(topic) && data[key] === query[key])
  return (
    (query.topic === undefined || query.topic === topic) &&
    (query.type === undefined || query.type === event.type) &&
    is('job', ['job', 'task']) &&
    is('task', ['task']) &&
    is('index', ['task']) &&
    is('worker', ['task', 'worker'])
  )
}

test('an event stands in its aggregate, and in no other', () => {
  fc.assert(
    fc.property(anyEventArbitrary, anyEventArbitrary, (event, other) => {
      assert.ok(EVENTS[event.type].topic === 'heartbeat' || matches(filterOf('ork', event), subjectOf('ork', event)))
      if (EVENTS[event.type].topic === 'heartbeat') return
      const same = aggregateOf(event) === aggregateOf(other)
      assert.is(matches(filterOf('ork', event), subjectOf('ork', other)), same)
    }),
  )
})

test('a path tells the aggregate without the event', () => {
  fc.assert(
    fc.property(anyEventArbitrary, (event) => {
      if (EVENTS[event.type].topic === 'heartbeat') return
      assert.is(aggregateAt(pathOf(event)), aggregateOf(event))
      assert.is(filterOf('ork', event), `ork.${aggregateOf(event)}.>`)
    }),
  )
})

test('a query gets an event by exactly one filter if it asks for it, else by none', () => {
  fc.assert(
    fc.property(
      anyEventArbitrary.chain((event) => fc.tuple(fc.constant(event), queryArbitrary(event))),
      ([event, query]) => {
        const filters = filtersFor('ork', query)
        const hits = filters.filter((filter) => matches(filter, subjectOf('ork', event)))
        assert.is(hits.length, asksFor(query, event) ? 1 : 0, `${JSON.stringify(query)} of ${subjectOf('ork', event)}`)
      },
    ),
    { numRuns: 1_000 },
  )
})

test('a query always has a filter, because a consumer without one would get everything', () => {
  fc.assert(
    fc.property(anyEventArbitrary.chain(queryArbitrary), (query) => assert.ok(filtersFor('ork', query).length > 0)),
  )
  assert.equal(filtersFor('ork', { topic: 'worker', job: 'web' }), ['ork.events.nothing'])
})

test('a subject is plain tokens, whatever an event says', () => {
  fc.assert(
    fc.property(anyEventArbitrary, (event) => assert.match(subjectOf('ork', event), /^ork(\.[A-Za-z0-9_-]+)+$/)),
  )
})

test('subjects read as the design says', () => {
  const task = { job: 'web', task: 'api', index: 0, attempt: 1, reason: 'x' }
  const stop = { type: 'TaskStopRequested', data: { ...task, worker: 'w1', placement: 1 } } as const
  assert.is(subjectOf('ork', stop), 'ork.events.task.web.api.0.w1.TaskStopRequested')
  assert.is(filterOf('ork', stop), 'ork.events.task.web.api.0.>')
  const unplaced = { type: 'TaskUnplaceable', data: { ...task, version: 1, asOf: 1, pending: 1, reasons: [] } } as const
  assert.is(subjectOf('acme', unplaced), 'acme.events.task.web.api.0._.TaskUnplaceable')
  const left = { type: 'WorkerLeft', data: { worker: 'w1' } } as const
  assert.is(subjectOf('ork', left), 'ork.events.worker.w1.WorkerLeft')
  const elected = { type: 'LeaderElected', data: { role: 'scheduler', holder: 's1', epoch: 1 } } as const
  assert.is(subjectOf('ork', elected), 'ork.events.control.scheduler.LeaderElected')
})

test.run()
