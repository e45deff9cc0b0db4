import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { LogLine } from '../port'
import { jsonLines } from './jsonLines'
import { logLines } from './logs'

const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

/** The bytes in pieces that end anywhere, as a socket gives them. */
async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    yield bytes.subarray(at, at + size)
    at += size
  }
  yield bytes.subarray(at)
}

const pieceSizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 })
const TIME = '2026-11-21T08:30:24.123456789Z'

const frame = (stream: LogLine['stream'], payload: Buffer): Buffer => {
  const header = Buffer.alloc(8)
  header[0] = stream === 'stderr' ? 2 : 1
  header.writeUInt32BE(payload.length, 4)
  return Buffer.concat([header, payload])
}

/** As the engine writes a line: in frames of so many bytes, each with the time before it. */
const frames = ({ stream, text }: LogLine, longest: number): Buffer => {
  const line = Buffer.from(`${text}\n`)
  const pieces: Buffer[] = []
  for (let at = 0; at < line.length; at += longest) {
    pieces.push(frame(stream, Buffer.concat([Buffer.from(`${TIME} `), line.subarray(at, at + longest)])))
  }
  return Buffer.concat(pieces)
}

const logLine = fc
  .tuple(
    fc.constantFrom<LogLine['stream']>('stdout', 'stderr'),
    fc.string({ unit: 'grapheme', maxLength: 30 }).filter((text) => !text.includes('\n')),
  )
  .map(([stream, text]): LogLine => ({ stream, time: TIME, text }))

test('gives back each log line, wherever its frames and the pieces of the connection end', () =>
  fc.assert(
    fc.asyncProperty(fc.array(logLine), fc.integer({ min: 1, max: 20 }), pieceSizes, async (lines, longest, sizes) => {
      const bytes = Buffer.concat(lines.map((line) => frames(line, longest)))
      assert.equal(await collect(logLines(inPieces(bytes, sizes))), lines)
    }),
  ))

test('gives a last line that has no end', async () => {
  const bytes = frame('stdout', Buffer.from(`${TIME} half a li`))
  assert.equal(await collect(logLines(inPieces(bytes, []))), [{ stream: 'stdout', time: TIME, text: 'half a li' }])
})

test('cuts a line that does not end into pieces of a mebibyte', async () => {
  const piece = frame('stdout', Buffer.concat([Buffer.from(`${TIME} `), Buffer.alloc(1 << 14, 'x')]))
  const lines = await collect(logLines(inPieces(Buffer.concat(Array.from({ length: 65 }, () => piece)), [])))
  assert.equal(
    lines.map(({ text }) => text.length),
    [1 << 20, 1 << 14],
  )
})

test('gives back each JSON object, wherever the pieces of the connection end', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string(), fc.string({ unit: 'grapheme' }))),
      pieceSizes,
      async (all, sizes) => {
        const bytes = Buffer.from(all.map((each) => `${JSON.stringify(each)}\r\n`).join(''))
        const read = await collect(jsonLines(inPieces(bytes, sizes)))
        assert.is(JSON.stringify(read), JSON.stringify(all))
      },
    ),
  ))

test.run()
