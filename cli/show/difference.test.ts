import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { firstDifference } from './difference'

test('equal values have no difference', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => firstDifference(value, structuredClone(value)) === null))
})

test('the first difference is told by its path with both values', () => {
  const left = { a: 1, tasks: [{ state: 'running' }, { state: 'failed', n: 1 }] }
  const right = { a: 1, tasks: [{ state: 'running' }, { state: 'lost', n: 2 }] }
  assert.equal(firstDifference(left, right), { path: 'tasks[1].state', left: 'failed', right: 'lost' })
  assert.equal(firstDifference({ a: [1] }, { a: [1, 2] }), { path: 'a[1]', left: undefined, right: 2 })
  assert.equal(firstDifference({}, { b: null }), { path: 'b', left: undefined, right: null })
  assert.equal(firstDifference([], {}), { path: '', left: [], right: {} })
})

test.run()
