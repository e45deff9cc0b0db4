import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Heap } from './heap'

test('an empty heap has nothing', () => {
  const heap = new Heap<number>((a, b) => a < b)
  assert.equal([heap.size, heap.peek(), heap.pop()], [0, undefined, undefined])
})

test('pushed and popped in any order, it always gives the least of what it holds', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.constant('pop' as const))), (steps) => {
      const heap = new Heap<number>((a, b) => a < b)
      const model: number[] = []
      for (const step of steps) {
        if (step === 'pop') assert.is(heap.pop(), model.shift())
        else {
          heap.push(step)
          model.push(step)
          model.sort((a, b) => a - b)
        }
        assert.equal([heap.size, heap.peek()], [model.length, model[0]])
      }
    }),
  )
})

test.run()
