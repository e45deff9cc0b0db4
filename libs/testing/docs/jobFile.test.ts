import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { formatJobFile, parseJobFile } from '#libs/spec'
import { jobSpecArbitrary } from '../arbitraries/spec'
import { schemaAccepts } from './agreement'
import { ROOT } from './catalogue'
import { JOB_SCHEMA } from './jobFile'
import { jobPage } from './jobPage'

const examples = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.yaml'))

test('the schema accepts each example, which names it to editors in its first line', () => {
  for (const name of examples) {
    const text = readFileSync(join(ROOT, 'examples', name), 'utf8')
    if (/^services:/m.test(text)) continue // a Compose file
    assert.is(schemaAccepts(text), true, name)
    assert.is(text.split('\n')[0], `# yaml-language-server: $schema=../${JOB_SCHEMA}`, name)
  }
})

test('the schema accepts whatever the codec accepts', () => {
  let read = 0
  fc.assert(
    fc.property(jobSpecArbitrary, (spec) => {
      const text = formatJobFile(spec)
      if (E.isLeft(parseJobFile(text, 'f'))) return
      read += 1
      assert.is(schemaAccepts(text), true, text)
    }),
    { numRuns: 100 },
  )
  assert.ok(read > 10, `${read}`)
})

test('the page says something of each field, and links to places that it has', () => {
  const page = jobPage()
  const rows = page.split('\n').filter((line) => /^\| \[?`/.test(line))
  assert.ok(rows.length > 80)
  assert.equal(
    rows.filter((row) => /\|\s*\|$/.test(row)),
    [],
  )
  const places = new Set([...page.matchAll(/^## `?(.+?)`?$/gm)].map(([, title = '']) => slug(title)))
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, to = '']) => to)
  assert.equal(
    links.filter((to) => !places.has(to)),
    [],
  )
})

/** As forges make it of a heading. */
const slug = (title: string): string =>
  title
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-')

test.run()
