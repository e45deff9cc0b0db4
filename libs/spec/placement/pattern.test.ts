import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compilePattern } from './pattern'

const finds = (pattern: string, text: string): boolean => {
  const compiled = compilePattern(pattern)
  if (E.isLeft(compiled)) throw new Error(compiled.left)
  return compiled.right(text)
}

const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c]', '\\d', '\\w', '^', '$', '\\.', '-')
const repeats = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{0,2}')
const { pattern } = fc.letrec<{ pattern: string; sequence: string; part: string }>((tie) => ({
  part: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    tie('pattern').map((inner) => `(${inner})`),
  ),
  sequence: fc
    .array(fc.tuple(tie('part'), repeats), { maxLength: 4 })
    .map((parts) => parts.map((part) => part.join('')).join('')),
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 2 }).map((ways) => ways.join('|')),
}))

test('a pattern finds what a regular expression of JavaScript finds', () => {
  fc.assert(
    fc.property(
      pattern,
      fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '-', '.'), maxLength: 8 }),
      (of, text) => {
        const compiled = compilePattern(of)
        // JavaScript lets `^*` stand, too.
        if (E.isRight(compiled)) assert.is(compiled.right(text), new RegExp(of).test(text), `${of} in "${text}"`)
      },
    ),
    { numRuns: 500 },
  )
})

test('what takes others for ever is found, or not, in no time', () => {
  const text = 'a'.repeat(256)
  assert.not(finds('^(a+)+$', `${text}b`))
  assert.not(finds('^(a|a)*$', `${text}b`))
  assert.not(finds('(.*)(.*)(.*)(.*)[^a]$', text))
  assert.ok(finds('^(a?){100}a{100}', text))
})

test('what is no pattern, or more than is offered, is refused', () => {
  const refused: readonly (readonly [string, RegExp])[] = [
    ['(a', /not closed/],
    ['a)', /too many/],
    ['[a', /not closed/],
    ['*', /nothing to repeat/],
    ['a**', /after a repetition/],
    ['a+?', /after a repetition/],
    ['(?=a)', /look/],
    ['(a)\\1', /\\1/],
    ['a{2,1}', /too much/],
    ['a{x}', /\{n/],
    ['a{2', /\{n/],
    ['((a{255}){255}){255}', /too much/],
    ['[z-a]', /before its beginning/],
    ['[\\D]', /inside/],
    ['a\\', /too soon/],
    [`${'('.repeat(30)}a${')'.repeat(30)}`, /too deep/],
  ]
  for (const [text, why] of refused) {
    const compiled = compilePattern(text)
    assert.ok(E.isLeft(compiled), text)
    assert.match(compiled.left, why, text)
  }
})

test.run()
