import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { characterArbitrary } from '../../testing/arbitraries/character'
import { Frames, type Take } from './frames'

const TAKEN = 7
const LEFT = 8

interface Sent {
  readonly wire: string
  readonly sid: number | null
  readonly told: string
}

const delivery = (sid: number, subject: string, reply: string, headers: string | null, payload: string): Sent => {
  const size = Buffer.byteLength(payload)
  const to = `${subject} ${sid}${reply === '' ? '' : ` ${reply}`}`
  const block = headers === null ? '' : `NATS/1.0\r\n${headers}\r\n\r\n`
  const line = headers === null ? `MSG ${to} ${size}` : `HMSG ${to} ${block.length} ${block.length + size}`
  return { wire: `${line}\r\n${block}${payload}\r\n`, sid, told: `${subject}|${reply}|${payload}` }
}

const token = fc.stringMatching(/^[a-zA-Z0-9$_-]{1,12}$/)
const subject = fc.array(token, { minLength: 1, maxLength: 4 }).map((tokens) => tokens.join('.'))
// What looks like the protocol's own lines must be safe in a payload.
const payload = fc.oneof(
  fc.string({ unit: characterArbitrary, maxLength: 60 }),
  fc.constantFrom('', '\r\n', 'PING\r\n', 'MSG a 7 1\r\n'),
)
const message: fc.Arbitrary<Sent> = fc
  .tuple(
    fc.constantFrom(TAKEN, LEFT),
    subject,
    fc.oneof(subject, fc.constant('')),
    fc.option(fc.constantFrom('Nats-Msg-Id: 1', 'A: b\r\nC: d')),
    payload,
  )
  .map((parts) => delivery(...parts))
const line: fc.Arbitrary<Sent> = fc
  .constantFrom('PING\r\n', 'PONG\r\n', '+OK\r\n', "-ERR 'MSG of hers'\r\n", 'INFO {"a":"MSG HMSG"}\r\n')
  .map((wire) => ({ wire, sid: null, told: wire }))

/** What comes out, in order: what was taken, and the bytes that went on to the client. */
const run = (chunks: readonly Buffer[], take: (told: string) => boolean): string[] => {
  const out: string[] = []
  const onFrame: Take = (frame) => {
    const told = `${frame.subject}|${frame.reply}|${frame.text}`
    if (!take(told)) return false
    out.push(told)
    return true
  }
  let passed = ''
  const frames = new Frames(new Map([[TAKEN, onFrame]]), (bytes) => {
    passed = bytes.toString('latin1')
    out.push(passed)
  })
  for (const chunk of chunks) frames.push(chunk)
  return out
}

const split = (bytes: Buffer, cuts: readonly number[]): Buffer[] => {
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...at].map((start, n) => bytes.subarray(start, at[n] ?? bytes.length)).filter((part) => part.length > 0)
}

const latin1 = (text: string): string => Buffer.from(text).toString('latin1')

test('however the bytes are cut up, each message is taken once and the rest goes on, all in order', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(message, line), { maxLength: 20 }),
      fc.array(fc.nat(), { maxLength: 12 }),
      (sent, cuts) => {
        const bytes = Buffer.from(sent.map(({ wire }) => wire).join(''))
        const out = run(split(bytes, cuts), () => true)
        const taken = new Set(sent.filter(({ sid }) => sid === TAKEN).map(({ told }) => told))
        // Neighbours that go on may come together or apart.
        const joined = (parts: readonly string[]) => parts.join('\n').replaceAll('\r\n\n', '\r\n')
        const expected = sent.map(({ sid, told, wire }) => (sid === TAKEN ? told : latin1(wire)))
        assert.is(joined(out), joined(expected))
        assert.is(out.filter((part) => taken.has(part)).length, sent.filter(({ sid }) => sid === TAKEN).length)
      },
    ),
  )
})

test('what its taker leaves goes on whole', () => {
  const one = delivery(TAKEN, 'a', '', 'Status: 100', '')
  const two = delivery(TAKEN, 'b', 'r', null, 'x')
  const bytes = Buffer.from(one.wire + two.wire)
  assert.equal(
    run([bytes], (told) => told.startsWith('b')),
    [one.wire, 'b|r|x'],
  )
})

test('a message larger than many chunks is taken once it is whole', () => {
  const large = delivery(TAKEN, 'a', 'r', 'Nats-Msg-Id: 1', 'ü'.repeat(100_000))
  const bytes = Buffer.from(large.wire)
  const chunks = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, at) =>
    bytes.subarray(at * 1_000, (at + 1) * 1_000),
  )
  assert.equal(
    run(chunks, () => true),
    [large.told],
  )
})

test.run()
