import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { characterArbitrary } from '../../libs/testing/arbitraries/character'
import { escapeLogLine, escapeText, toJson } from './escape'

const piece = fc.oneof(
  fc.string({ unit: characterArbitrary, minLength: 1, maxLength: 3 }),
  fc.constantFrom(
    '\u001b',
    '\u001b[',
    '\u001b[31m',
    '\u009b',
    '\r',
    '\n',
    '\t',
    '\u202e',
    '\u0007',
    'm',
    '2J',
    '\ud800',
  ),
)
const nasty = fc.array(piece).map((pieces) => pieces.join(''))
const ESC = '\u001b'
const colours = new RegExp(`${ESC}[[0-9;:]*m`, 'g')

const acts = (text: string): boolean => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text)

test('no control character survives in a line', () => {
  fc.assert(fc.property(nasty, (text) => !acts(escapeText(text))))
})

test('only line feeds and tabs survive in lines', () => {
  fc.assert(fc.property(nasty, (text) => !acts(escapeText(text, 'lines').replace(/[\n\t]/g, ''))))
})

test('only colours and tabs survive in a line of a log, and its end closes the colours', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const line = escapeLogLine(text)
      const rest = line.replace(colours, '').replaceAll('\t', '')
      return !acts(rest) && (!line.includes('\u001b') || line.endsWith('\u001b[0m'))
    }),
  )
})

test('JSON means the same after escaping, and holds nothing that acts', () => {
  fc.assert(
    fc.property(fc.array(nasty), (value) => {
      const json = toJson(value)
      assert.equal(JSON.parse(json), value)
      return !acts(json)
    }),
  )
})

test('what was there can be seen', () => {
  assert.is(escapeText('a\u001b[2Jb\r\nc\u0000\u202e\u{e0041}'), 'a\\e[2Jb\\r\\nc\\x00\\u202e\\u{e0041}')
  assert.is(escapeText('über 日本 🙂 \\n'), 'über 日本 🙂 \\n')
  assert.is(escapeLogLine('\u001b[31mred\u001b]0;title\u0007'), '\u001b[31mred\\e]0;title\\x07\u001b[0m')
})

test.run()
