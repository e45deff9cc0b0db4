import * as fc from 'fast-check'
import * as O from 'fp-ts/Option'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { compareVersions, isNewEnough, parseVersion, type Version } from './version'

const read = (text: string): Version => {
  const version = parseVersion(text)
  if (O.isNone(version)) throw new Error(`no version in ${text}`)
  return version.value
}

test('reads what nats-server prints', () => {
  assert.is(read('nats-server: v2.15.1\n').text, '2.15.1')
  assert.is(read('nats-server version 2.9.10').text, '2.9.10')
  assert.is(read('nats-server: v2.12.0-RC.1').text, '2.12.0-RC.1')
})

test('finds no version where there is none', () => {
  for (const text of ['', 'nats-server', 'v2.15', 'command not found: 1']) assert.ok(O.isNone(parseVersion(text)), text)
})

test('2.12.0 is new enough, what comes before it is not, its release candidates included', () => {
  for (const text of ['2.12.0', '2.12.11', '2.15.1', '3.0.0']) assert.ok(isNewEnough(read(text)), text)
  for (const text of ['2.9.10', '2.11.99', '2.12.0-RC.1', '1.99.99']) assert.not.ok(isNewEnough(read(text)), text)
})

test('compares numbers as numbers', () => {
  const number = fc.nat({ max: 999 })
  fc.assert(
    fc.property(number, number, number, number, (major, minor, patch, more) => {
      const low = read(`${major}.${minor}.${patch}`)
      const high = read(`${major}.${minor}.${patch + more + 1}`)
      assert.ok(compareVersions(low, high) < 0)
      assert.ok(compareVersions(high, low) > 0)
      assert.is(compareVersions(low, read(low.text)), 0)
    }),
  )
})

test.run()
