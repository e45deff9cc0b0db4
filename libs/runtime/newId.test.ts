import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { newId } from './newId'

test('an id is a ULID of the moment it was given in', () => {
  const before = Date.now()
  const id = newId()
  assert.match(id, /^[0-9A-HJKMNP-TV-Z]{26}$/)
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  const ms = [...id.slice(0, 10)].reduce((sum, letter) => sum * 32 + letters.indexOf(letter), 0)
  assert.ok(before <= ms && ms <= Date.now(), `${ms}`)
})

test('no id is given twice', () => {
  const ids = new Set(Array.from({ length: 50_000 }, newId))
  assert.is(ids.size, 50_000)
})

test.run()
