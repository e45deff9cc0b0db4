import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Series } from './series'

interface One {
  readonly index: number
  colour: string
}

const series = (): Series<One> => new Series((like, index) => ({ ...like, index }))

type Step =
  | { readonly tag: 'extend'; readonly by: number; readonly colour: string }
  | { readonly tag: 'paint'; readonly from: number; readonly colour: string }
  | { readonly tag: 'ask'; readonly index: number }

const colour = fc.constantFrom('red', 'green', 'blue')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ tag: fc.constant('extend' as const), by: fc.integer({ min: 0, max: 5 }), colour }),
  fc.record({ tag: fc.constant('paint' as const), from: fc.nat(40), colour }),
  fc.record({ tag: fc.constant('ask' as const), index: fc.nat(40) }),
)

/** The same done to a series, and to a plain list. */
const take = (lazy: Series<One>, plain: One[], one: Step): void => {
  switch (one.tag) {
    case 'extend': {
      const length = plain.length + one.by
      lazy.extend(length, { index: plain.length, colour: one.colour })
      while (plain.length < length) plain.push({ index: plain.length, colour: one.colour })
      return
    }
    case 'paint': {
      lazy.split(one.from)
      for (const each of lazy.made()) if (each.index >= one.from) each.colour = one.colour
      for (const { from, like } of lazy.alike) if (from >= one.from) like.colour = one.colour
      for (const each of plain) if (each.index >= one.from) each.colour = one.colour
      return
    }
    case 'ask':
      assert.equal(lazy.at(one.index), plain[one.index])
  }
}

test('a series is what a list of all of it would be, whatever is done to it and whoever was asked for', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const [lazy, plain] = [series(), [] as One[]]
      for (const one of steps) {
        take(lazy, plain, one)
        const made = [...lazy.made()]
        const left = lazy.alike.reduce((sum, { size }) => sum + size, 0)
        assert.is(lazy.length, plain.length)
        assert.is(made.length + left, plain.length)
        assert.equal(
          made,
          [...made].sort((a, b) => a.index - b.index),
        )
      }
      assert.equal([...lazy], plain)
    }),
  )
})

test('who is asked for twice is the same one, and nobody else is made for it', () => {
  const many = series()
  many.extend(100_000, { index: 0, colour: 'red' })
  assert.is(many.at(70_000), many.at(70_000))
  assert.equal([...many.made()], [{ index: 70_000, colour: 'red' }])
  assert.equal([many.at(100_000), many.at(-1), many.at(Number.NaN)], [undefined, undefined, undefined])
})

test('however often it grows and is divided, it is kept as a few stretches', () => {
  const many = series()
  for (let round = 1; round < 200; round += 1) {
    many.extend(round * 10, { index: 0, colour: 'red' })
    many.split(round * 10 - 5)
  }
  assert.ok(many.all.length <= 17, `${many.all.length}`)
  assert.is([...many].length, 1_990)
})

test.run()
