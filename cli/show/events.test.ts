import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { UsageFailure } from '../failure'
import { planEvents } from './events'

test('a range that ends before it starts is refused, with what to write', () => {
  const next = (from: string, to: string): string | undefined => {
    try {
      planEvents({ follow: false, heartbeats: false, from, to }, 0)
    } catch (cause) {
      if (cause instanceof UsageFailure) return cause.errors[0]?.next
    }
    return undefined
  }
  assert.is(next('1', '0'), 'the first event has sequence 1')
  assert.is(next('5', '3'), 'swap `--from` and `--to`')
  assert.is(next('3', '3'), undefined)
})

test.run()
