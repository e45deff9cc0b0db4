import { type FileHandle, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine, LogOptions } from '../port'
import { readContainer } from './containers'
import { FILES } from './files'

const CHUNK = 1 << 16
const POLL_MS = 50
const LINE_END = 0x0a
/** A line longer than this comes in pieces: a program that never ends its line must not fill our memory. */
const LONGEST_LINE = 1 << 20

/** Where the last `lines` lines begin, and how many there are; reads the file from its end. */
const tailOffset = async (file: FileHandle, lines: number): Promise<{ offset: number; lines: number }> => {
  const { size } = await file.stat()
  const buffer = Buffer.alloc(CHUNK)
  let found = 0
  for (let end = size; end > 0 && lines > 0; end -= Math.min(CHUNK, end)) {
    const start = Math.max(0, end - CHUNK)
    const { bytesRead } = await file.read(buffer, 0, end - start, start)
    for (let at = bytesRead - 1; at >= 0; at -= 1) {
      // The very last line end closes a line, each other one stands before one.
      if (buffer[at] !== LINE_END || start + at === size - 1) continue
      found += 1
      if (found === lines) return { offset: start + at + 1, lines }
    }
  }
  if (lines === 0) return { offset: size, lines: 0 }
  return { offset: 0, lines: size === 0 ? 0 : found + 1 }
}

interface Reader {
  readonly stream: LogLine['stream']
  readonly file: FileHandle
  offset: number
  rest: Buffer
}

const linesOf = (reader: Reader, atEnd: boolean): LogLine[] => {
  const lines: LogLine[] = []
  const take = (to: number, next: number): void => {
    lines.push({ stream: reader.stream, text: reader.rest.toString('utf8', 0, to) })
    reader.rest = reader.rest.subarray(next)
  }
  for (let end = reader.rest.indexOf(LINE_END); end >= 0; end = reader.rest.indexOf(LINE_END)) take(end, end + 1)
  if (reader.rest.length >= LONGEST_LINE || (atEnd && reader.rest.length > 0)) {
    take(reader.rest.length, reader.rest.length)
  }
  return lines
}

/** Reads what is there now, a chunk at a time. */
async function* drain(reader: Reader, atEnd: boolean): AsyncGenerator<LogLine> {
  for (;;) {
    const buffer = Buffer.alloc(CHUNK)
    const { bytesRead } = await reader.file.read(buffer, 0, CHUNK, reader.offset)
    reader.offset += bytesRead
    reader.rest = Buffer.concat([reader.rest, buffer.subarray(0, bytesRead)])
    yield* linesOf(reader, atEnd && bytesRead < CHUNK)
    if (bytesRead < CHUNK) return
  }
}

const openReaders = async (folder: string): Promise<Reader[]> => {
  const found: { reader: Reader; changed: number }[] = []
  for (const [stream, name] of [
    ['stdout', FILES.stdout],
    ['stderr', FILES.stderr],
  ] as const) {
    const path = join(folder, name)
    const file = await open(path).catch(() => undefined)
    if (file === undefined) continue
    found.push({ reader: { stream, file, offset: 0, rest: Buffer.alloc(0) }, changed: (await stat(path)).mtimeMs })
  }
  // Which line of one file came before which of the other is not known; the file that was written last comes last.
  return found.sort((a, b) => a.changed - b.changed).map(({ reader }) => reader)
}

const skipToTail = async (readers: readonly Reader[], tail: number): Promise<void> => {
  let left = tail
  for (const reader of [...readers].reverse()) {
    const { offset, lines } = await tailOffset(reader.file, left)
    reader.offset = Math.max(reader.offset, offset)
    left -= lines
  }
}

/** The lines of both files, without times: nobody stood between to note them. So a file is left out by `sinceMs` as a whole. */
export async function* processLogs(
  folder: string,
  { follow, tail, sinceMs = 0, signal }: LogOptions,
): AsyncGenerator<LogLine> {
  const readers = await openReaders(folder)
  try {
    for (const reader of readers) {
      const { mtimeMs, size } = await reader.file.stat()
      if (mtimeMs < sinceMs) reader.offset = size
    }
    if (tail !== undefined) await skipToTail(readers, tail)
    while (!signal.aborted) {
      // Asked before the reading: what was written until the end is then there.
      const running = follow && (await readContainer(folder))?.container.state === 'running'
      for (const reader of readers) {
        for await (const line of drain(reader, !running)) {
          if (signal.aborted) return
          yield line
        }
      }
      if (!running) return
      await sleep(POLL_MS, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    for (const { file } of readers) await file.close()
  }
}
