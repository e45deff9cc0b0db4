import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readRecords, writeRecord } from './records'

const recordsArbitrary = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), {
  minLength: 1,
  maxLength: 6,
})
const fileOf = (values: readonly unknown[]): Buffer => Buffer.from(values.map(writeRecord).join(''))
const SAMPLE = ['first', { id: 'zwei \u2028 \ud83d\ude80', more: [1, 2] }, 'third\nline', null]

/** Ends of the records in a file of these values. */
const endsOf = (values: readonly unknown[]): number[] => {
  let at = 0
  return values.map((value) => (at += Buffer.byteLength(writeRecord(value))))
}

test('what is written is read again', () => {
  fc.assert(
    fc.property(recordsArbitrary, (values) => {
      const file = fileOf(values)
      assert.equal(readRecords(file), { records: values, damages: [], end: file.length })
    }),
  )
})

test('a file that is cut off anywhere gives its whole records, and says where the torn one begins', () => {
  const file = fileOf(SAMPLE)
  const ends = endsOf(SAMPLE)
  for (let length = 0; length <= file.length; length += 1) {
    const whole = ends.filter((end) => end <= length)
    const end = whole.at(-1) ?? 0
    const { records, damages, end: found } = readRecords(file.subarray(0, length))
    assert.equal(records, SAMPLE.slice(0, whole.length))
    assert.equal(damages, end === length ? [] : [{ offset: end, bytes: length - end, torn: true }])
    assert.is(found, end)
  }
})

test('a byte that was changed anywhere costs its record and at most the next, and never makes another one', () => {
  const file = fileOf(SAMPLE)
  const ends = endsOf(SAMPLE)
  for (let at = 0; at < file.length; at += 1) {
    for (const flip of [1, 0x80, 0xff, (file[at] ?? 0) ^ 10]) {
      if (flip === 0) continue
      const damaged = Buffer.from(file)
      damaged[at] = (damaged[at] ?? 0) ^ flip
      const hit = ends.findIndex((end) => at < end)
      const feed = ends.includes(at + 1)
      const { records, damages } = readRecords(damaged)
      assert.equal(
        records,
        SAMPLE.filter((_, index) => index !== hit && !(feed && index === hit + 1)),
        `byte ${at}`,
      )
      assert.ok(damages.length > 0, `byte ${at} is told of`)
    }
  }
})

test('any damage at all leaves only records that were written, in their order', () => {
  fc.assert(
    fc.property(recordsArbitrary, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }))), (values, flips) => {
      const file = fileOf(values)
      for (const [at, by] of flips) file[at % file.length] = (file[at % file.length] ?? 0) ^ by
      let from = 0
      for (const record of readRecords(file).records) {
        const found = values.findIndex(
          (value, index) => index >= from && JSON.stringify(value) === JSON.stringify(record),
        )
        assert.ok(found >= 0)
        from = found + 1
      }
    }),
  )
})

test.run()
