import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ROOT } from './catalogue'

const inFolder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name))

const PAGES = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'nats/README.md', ...inFolder('docs')].filter((name) =>
  name.endsWith('.md'),
)
const SOURCES = [...readdirSync(ROOT), ...['.ci', 'bench', 'cli', 'libs', 'services'].flatMap(inFolder)]

/** What a page says in so many places, without those of which `isThere` holds. */
const missing = (said: RegExp, isThere: (what: string, page: string) => boolean): readonly string[] =>
  PAGES.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(said)].flatMap(([, what = '']) =>
      isThere(what, page) ? [] : [`${page}: ${what}`],
    ),
  )

test('what a page links to is there', () => {
  assert.ok(PAGES.length > 20)
  const isThere = (to: string, page: string): boolean => existsSync(join(ROOT, dirname(page), to))
  assert.equal(missing(/\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g, isThere), [])
})

test('a source file that a page names is there, by its name or the end of its path; x stands for any', () => {
  const isThere = (file: string): boolean =>
    /(^|\/)x[./]/.test(file) || SOURCES.some((source) => `/${source}`.endsWith(`/${file}`))
  assert.equal(missing(/`(?:\.\/)?([\w./-]+\.(?:ts|cjs))`/g, isThere), [])
})

test.run()
