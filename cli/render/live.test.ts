import picocolors from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Output } from '../output'
import { LiveRegion } from './live'

const ESC = '\u001b'
const CONTROL = new RegExp(`(${ESC}\\[\\??\\d*[A-Za-z])`)

/** A terminal that knows what the region uses: lines, going up, and clearing downwards. */
const terminal = (): { out: Output; screen: () => string[] } => {
  const lines: string[] = ['']
  let row = 0
  const put = (char: string): void => {
    if (char === '\n') {
      row += 1
      lines[row] ??= ''
    } else lines[row] = `${lines[row]}${char}`
  }
  const write = async (text: string): Promise<void> => {
    for (const part of text.split(CONTROL)) {
      const up = part.startsWith(ESC) ? /(\d+)F$/.exec(part) : null
      if (up !== null) row -= Number(up[1])
      else if (part === `${ESC}[J`) lines.splice(row, lines.length, '')
      else if (!part.startsWith(ESC)) for (const char of part) put(char)
    }
  }
  const out = { colours: picocolors.createColors(false), isTerminal: true, columns: 80, rows: 10, write }
  return { out, screen: () => lines.slice(0, -1) }
}

test('what is drawn replaces what was drawn, however many lines it has', async () => {
  const { out, screen } = terminal()
  const region = new LiveRegion(out)
  await out.write('before\n')
  await region.draw(['a', 'b', 'c'])
  assert.equal(screen(), ['before', 'a', 'b', 'c'])
  await region.draw(['A'])
  assert.equal(screen(), ['before', 'A'])
  await region.draw(['x', 'y'])
  assert.equal(screen(), ['before', 'x', 'y'])
})

test('a line printed meanwhile stays above it', async () => {
  const { out, screen } = terminal()
  const region = new LiveRegion(out)
  await region.draw(['a', 'b'])
  await region.print('news')
  await region.draw(['c'])
  assert.equal(screen(), ['news', 'c'])
})

test('what was drawn at the end stays', async () => {
  const { out, screen } = terminal()
  const region = new LiveRegion(out)
  await region.draw(['a'])
  region.end()
  await region.draw(['b'])
  assert.equal(screen(), ['a', 'b'])
})

test('it is never higher than the terminal', () => {
  const { out } = terminal()
  assert.is(new LiveRegion(out).limit, 8)
  assert.is(new LiveRegion({ ...out, rows: 100 }).limit, 20)
})

test.run()
