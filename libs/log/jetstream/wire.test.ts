import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { readAck, readPosition, readTime } from './wire'

/** As it lies between other bytes. */
const ack = (text: string) => readAck(Buffer.from(`12${text}34`), 2, 2 + Buffer.byteLength(text))

const position = (reply: string) => {
  const bytes = Buffer.from(`12${reply}.ork-abc.1.1.1.`)
  return readPosition(bytes, 2, 2 + reply.length, Buffer.from('.ork-abc.'))
}

test('acknowledgements are read: plain, of a batch, of a duplicate, with a domain', () => {
  assert.equal(ack('{"stream":"ORK_EVENTS","seq":12}'), { tag: 'Stored', seq: 12 })
  assert.equal(ack('{"stream":"S","seq":9007199254740991,"duplicate":true}'), { tag: 'Stored', seq: 9007199254740991 })
  assert.equal(ack('{"stream":"S","domain":"hub","seq":7,"batch":"b","count":3}'), { tag: 'Stored', seq: 7 })
})

test('errors are read with their codes, also when a stream is named', () => {
  const text = '{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 4"},"stream":"T","seq":0}'
  assert.equal(ack(text), { tag: 'Error', code: 400, errCode: 10071, text: 'wrong last sequence: 4' })
  assert.is(ack('not json').tag, 'Error')
  assert.equal(ack(''), { tag: 'Empty' })
})

test('positions and times are read from both forms of the reply subject', () => {
  const old = '$JS.ACK.ORK_EVENTS.ork-abc.1.123456.789.1700000000123999999.42'
  const long = '$JS.ACK._.hash.ORK_EVENTS.ork-abc.1.123456.789.1700000000123999999.42.tok'
  for (const reply of [old, long]) {
    assert.equal(position(reply), { seq: 123456, consumerSeq: 789 })
    assert.is(readTime(reply), 1_700_000_000_123)
  }
  for (const reply of ['$JS.ACK.ORK_EVENTS.other.1.1.1.1.1', '.ork-abc', '']) assert.is(position(reply), null)
})

test.run()
