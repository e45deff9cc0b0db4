import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageFailure } from '../failure'
import { provisionsOf } from './provisions'

const overcommitOf = (overcommit: readonly string[]) => provisionsOf({ overcommit }).overcommit

test('how often resources are promised is read as percents', () => {
  assert.equal(overcommitOf(['cpu=2', 'memory=1.25']), { cpuMilli: 200, memoryBytes: 125 })
  assert.equal(overcommitOf([]), {})
})

test('what is no resource, or no number from 1 to 100, is refused', () => {
  for (const wrong of ['cpu', 'gpu=2', 'cpu=0.5', 'cpu=101', 'cpu=-2', 'memory=1.25x', 'disk=']) {
    assert.throws(
      () => overcommitOf([wrong]),
      (error: unknown) => error instanceof UsageFailure,
      wrong,
    )
  }
})

test.run()
