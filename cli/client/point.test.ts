import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePoint } from './point'

const now = Date.parse('2026-03-01T12:00:00Z')

const good = (text: string): unknown => {
  const point = parsePoint(text, now, '--from')
  return E.isRight(point) ? point.right : undefined
}

const hint = (text: string): string => {
  const point = parsePoint(text, now, '--from')
  return E.isLeft(point) ? `${point.left.where}: ${point.left.what}; ${point.left.next}` : 'none'
}

test('a number is a sequence', () => {
  assert.equal(good('0'), { seq: 0 })
  assert.equal(good('4711'), { seq: 4711 })
})

test('a time with its zone is that moment', () => {
  assert.equal(good('2026-03-01T11:00:00Z'), { time: now - 3600e3 })
  assert.equal(good('2026-03-01 13:00:00.250+02:00'), { time: now - 3600e3 + 250 })
  assert.equal(good('2026-03-01t11:00z'), { time: now - 3600e3 })
})

test('a duration is that long ago', () => {
  assert.equal(good('15m'), { time: now - 900e3 })
  assert.equal(good('1h30m ago'), { time: now - 5400e3 })
  assert.equal(good('0s'), { time: now })
})

test('a time without its zone, and a date that never was, are refused with what to write', () => {
  assert.match(hint('2026-03-01T11:00:00'), /--from: .*needs its zone/)
  assert.match(hint('2026-13-01T11:00:00Z'), /no such date/)
})

test('anything else is refused with all that could be written', () => {
  for (const text of ['', 'yesterday', '-5', '1.5', '15x', '99999999999999999999']) {
    assert.match(hint(text), /give a sequence/, text)
  }
})

test.run()
