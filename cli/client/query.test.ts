import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type FilterFlags, queriesOf } from './query'

const asked = (flags: FilterFlags): unknown => {
  const queries = queriesOf(flags)
  return E.isRight(queries) ? queries.right : `${queries.left.where}: ${queries.left.next}`
}

test('without a filter everything is asked for', () => {
  assert.is(asked({}), undefined)
})

test('a task is named alone, with its job, or down to the instance', () => {
  assert.equal(asked({ task: 'api' }), [{ task: 'api' }])
  assert.equal(asked({ task: 'web.api' }), [{ job: 'web', task: 'api' }])
  assert.equal(asked({ task: 'web.api.2', worker: 'w1' }), [{ job: 'web', task: 'api', index: 2, worker: 'w1' }])
})

test('several types are several queries', () => {
  assert.equal(asked({ job: 'web', type: ['TaskFailed', 'TaskLost'] }), [
    { job: 'web', type: 'TaskFailed' },
    { job: 'web', type: 'TaskLost' },
  ])
})

test('nothing typed becomes part of a subject unless it is a name', () => {
  for (const text of ['*', '>', 'a.b.c.d', 'web.api.x', 'A', 'a b', ''])
    assert.match(String(asked({ task: text })), /^--task: give/)
  assert.match(String(asked({ job: '>' })), /^--job: give the name of a job/)
  assert.match(String(asked({ job: 'web', task: 'shop.api' })), /not of the job web/)
})

test('an unknown type is answered with the nearest one', () => {
  assert.is(asked({ type: ['TaskFaild'] }), '--type: did you mean TaskFailed?')
  assert.match(String(asked({ type: ['x'] })), /^--type: the types are JobSubmitted, /)
})

test.run()
