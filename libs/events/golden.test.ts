import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { pathsOf, walk } from '../testing/codecs/walk'
import { aboutOf, EVENT_TYPES, EVENTS, type OrkEvent, parseEvent } from './index'

const GOLDEN = join(__dirname, '..', '..', '..', 'libs', 'events', 'golden')
const readGolden = (file: string): string => readFileSync(join(GOLDEN, file), 'utf8')
const files = readdirSync(GOLDEN).filter((file) => file.endsWith('.json'))
const versions = EVENT_TYPES.flatMap((type) =>
  [...Object.keys(EVENTS[type].older).map(Number), EVENTS[type].version].map((version) => ({ type, version })),
)

const decoded = (text: string): OrkEvent => {
  const result = parseEvent(text)
  if (E.isLeft(result)) throw new Error(`${result.left.tag}: ${result.left.detail}`)
  return result.right
}

/** The paths of a value's fields, in the manner of `pathsOf`; maps and job specs are taken as leaves. */
const keysOf = (value: unknown, known: ReadonlySet<string>, path = ''): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((part) => keysOf(part, known, `${path}[]`))
  if (typeof value !== 'object' || value === null) return []
  if (path !== '' && ![...known].some((one) => one.startsWith(`${path}.`))) return []
  return Object.entries(value).flatMap(([key, part]) => {
    const here = path === '' ? key : `${path}.${key}`
    return [here, ...keysOf(part, known, here)]
  })
}

test('every version of every event has a golden sample, and there is no other', () => {
  assert.equal(files.sort(), versions.map(({ type, version }) => `${type}.v${version}.json`).sort())
})

test('golden samples are never edited: each has the checksum with which it was added', () => {
  const expected = new Map(
    readGolden('SHA256SUMS')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('  ').reverse() as [string, string]),
  )
  assert.equal(
    [...expected.keys()].sort(),
    files.sort(),
    'add a line for each new sample: sha256sum FILE >> SHA256SUMS',
  )
  for (const file of files) {
    const found = createHash('sha256').update(readGolden(file)).digest('hex')
    assert.is(found, expected.get(file), `${file} was changed: restore it, and put a new shape into a new version`)
  }
})

for (const { type, version } of versions) {
  const file = `${type}.v${version}.json`
  test(`${file} is read by today's version`, () => {
    const event = decoded(readGolden(file))
    assert.is(event.type, type)
    assert.is(event.schemaversion, EVENTS[type].version)
    assert.is(event.subject, aboutOf(event))
    assert.is(event.epoch !== undefined, EVENTS[type].nature === 'decision')
  })
  if (version !== EVENTS[type].version) continue
  test(`${file} is written again as it was read, byte for byte`, () => {
    const text = readGolden(file)
    assert.fixture(`${JSON.stringify(decoded(text), null, 2)}\n`, text)
  })
  test(`${file} has every field that the codec knows, and no other`, () => {
    const known = pathsOf(walk(EVENTS[type].data))
    const found = keysOf(JSON.parse(readGolden(file)).data, new Set(known))
    assert.equal([...new Set(found)].sort(), [...known].sort())
  })
}

test.run()
