import { setImmediate as nextTurn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Fifo } from './fifo'

test('gives what was put in, in order, and what was put back before all else', () => {
  const steps = fc.array(fc.oneof(fc.nat(3), fc.constantFrom('take' as const, 'put back' as const)), { maxLength: 200 })
  fc.assert(
    fc.property(steps, (all) => {
      const fifo = new Fifo<number>()
      let expected: number[] = []
      let next = 0
      for (const step of all) {
        const items = Array.from({ length: step === 'take' ? 0 : Number(step) || 1 }, () => next++)
        if (step === 'take') assert.is(fifo.shift(), expected.shift())
        else if (step === 'put back') {
          fifo.unshift(items)
          expected = [...items, ...expected]
        } else {
          for (const item of items) fifo.push(item)
          expected.push(...items)
        }
        assert.is(fifo.length, expected.length)
      }
    }),
  )
})

test('holds nothing that was taken from it: thousands of writes that are over would be kept alive', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const fifo = new Fifo<object>()
  const taken = Array.from({ length: 100 }, () => {
    fifo.push({})
    return new WeakRef(fifo.shift() ?? {})
  })
  await nextTurn() // until then what was looked at is kept
  collect()
  assert.is(taken.filter((one) => one.deref() !== undefined).length, 0)
  assert.is(fifo.length, 0)
})

test.run()
