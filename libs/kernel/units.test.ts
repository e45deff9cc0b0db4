import * as fc from 'fast-check'
import * as O from 'fp-ts/Option'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BYTE_UNITS, formatBytes, formatCores, formatCpu, formatDuration, parseBytes, parseDuration } from './units'

const bytes = (text: string): number | null => O.toNullable(parseBytes(text))
const ms = (text: string): number | null => O.toNullable(parseDuration(text))

test('sizes are read with decimal and binary units, and rounded up to whole bytes', () => {
  assert.equal(['512MiB', '1.5GB', '0B', '16.1kB', '1.1 GB'].map(bytes), [536870912, 1.5e9, 0, 16100, 1.1e9])
  assert.is(bytes('0.3KiB'), 308)
  assert.is(bytes('1000000257509621B'), 1000000257509621, 'whole bytes of any size are exact')
})

test('a size without a unit, with an unknown one, or too large to be exact is none', () => {
  for (const text of ['', '512', 'MiB', '-1MB', '1e3B', '1.MB', '1 M', '1mb', '1 constructor', '9000000TiB', '1MB 2'])
    assert.is(bytes(text), null, text)
})

test('any decimal of up to three places of a decimal unit is read exactly', () => {
  fc.assert(
    fc.property(fc.nat({ max: 999_999_999 }), (thousandths) => {
      assert.is(bytes(`${(thousandths / 1000).toFixed(3)}kB`), thousandths)
    }),
  )
})

test('every unit is read, and a written size is within its rounding of what it was', () => {
  for (const unit of BYTE_UNITS) assert.ok(bytes(`1${unit}`) !== null, unit)
  fc.assert(
    fc.property(fc.nat({ max: 2 ** 50 }), (n) => {
      const back = bytes(formatBytes(n)) ?? Number.NaN
      assert.ok(Math.abs(back - n) <= Math.max(1, n * 0.06), `${n}: ${formatBytes(n)}`)
      assert.not.match(formatBytes(n), /^1024 (B|KiB|MiB|GiB)$/)
    }),
  )
  assert.equal([0, 1023, 1024, 1048575, 1.5 * 2 ** 30].map(formatBytes), ['0 B', '1023 B', '1 KiB', '1 MiB', '1.5 GiB'])
})

test('durations are read with one unit or several, from large to small', () => {
  assert.equal(['250ms', '10s', '1h30m', '1d', '1.5s', '2m5ms', '0s'].map(ms), [250, 1e4, 54e5, 864e5, 1500, 120005, 0])
})

test('a duration without a unit, with units out of order or twice, is none', () => {
  for (const text of ['', '10', '30m1h', '1s1s', '-1s', '1 s', '1S', 's', '1.s']) assert.is(ms(text), null, text)
})

test('a written duration is read back as about what it was', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1e10 }), (n) => {
      const back = ms(formatDuration(n)) ?? Number.NaN
      assert.ok(Math.abs(back - n) <= Math.max(1, n * 0.05), `${n}: ${formatDuration(n)}`)
    }),
  )
  const written = [0, 999, 999.6, 1_500, 59_949, 59_999, 250_000, 7_500_000, 273_600_000].map(formatDuration)
  assert.equal(written, ['0ms', '999ms', '1s', '1.5s', '59.9s', '1m', '4m10s', '2h5m', '3d4h'])
})

test('cores are written without needless zeros', () => {
  assert.equal([0, 250, 1_000, 2_500, 125].map(formatCpu), ['0', '0.25', '1', '2.5', '0.125'])
  assert.equal([0, 250, 999.9, 1_000, 2_000].map(formatCores), ['0 cores', '0.25 cores', '1 core', '1 core', '2 cores'])
})

test('every whole number of bytes that can be counted is read to the byte', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), (bytes) => {
      assert.equal(parseBytes(`${bytes}B`), O.some(bytes))
    }),
  )
  assert.equal(parseBytes('1000001690970041B'), O.some(1000001690970041))
})

test.run()
