import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ROOT } from './catalogue'

const PAGE = join(ROOT, 'docs', 'RELIABILITY.md')
const page = readFileSync(PAGE, 'utf8')

interface Link {
  readonly text: string
  readonly path: string
}

const links = (): readonly Link[] =>
  [...page.matchAll(/\[((?:[^[\]]|\[[^\]]*\])+)\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, text = '', to = '']) => ({
    text,
    path: join(dirname(PAGE), to),
  }))

/** The name of a test stands on one line of its file, whole or with … for what is left out. */
const names = (file: string, text: string): boolean => {
  const pieces = text.split('…').map((piece) => piece.trim())
  return readFileSync(file, 'utf8')
    .split('\n')
    .some((line) => {
      let from = 0
      for (const piece of pieces) {
        const at = line.indexOf(piece, from)
        if (at < 0) return false
        from = at + piece.length
      }
      return true
    })
}

test('each test that the page of promises names is in the file that it links to', () => {
  const tests = links().filter(({ path }) => path.endsWith('.ts') && existsSync(path))
  assert.ok(tests.length > 50)
  const gone = tests.filter(({ text, path }) => !names(path, text))
  assert.equal(gone, [])
})

test('each file of fault tests is named on the page of promises', () => {
  const files = readdirSync(join(ROOT, 'services', 'faults')).filter((file) => file.endsWith('.test.ts'))
  const unnamed = files.filter((file) => !page.includes(`../services/faults/${file})`))
  assert.equal(unnamed, [])
})

test('each row of the page of promises says what keeps it', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!what if|-)/.test(line))
  const open = rows.filter((row) => !/\]\(\.\.\/[^)]+\)|no test yet|not in CI/.test(row))
  assert.equal(open, [])
})

test.run()
