import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { FieldChange } from '../show/changes'
import { renderFields } from './fields'

const shown = (...fields: readonly FieldChange[]): readonly string[] =>
  renderFields(fields, { now: 0, colours: createColors(false) })

test('short values stand beside one another, in a column', () => {
  assert.equal(shown({ path: 'a', before: 1, after: 2 }, { path: 'a.b', before: 'x' }), [
    '  ~ a    1 → 2',
    '  - a.b  x',
  ])
})

test('of a script only the lines that differ are shown, one version below the other', () => {
  const script = (...middle: readonly string[]): string => ['set -e', ...middle, 'exec server', ''].join('\n')
  assert.equal(shown({ path: 'args[0]', before: script('migrate', 'warm'), after: script('migrate --all') }), [
    '  ~ args[0]',
    '  -   migrate',
    '  -   warm',
    '  +   migrate --all',
  ])
})

test('texts that are too long to stand beside one another stand below one another', () => {
  const [before, after] = ['v1', 'v2'].map((version) => `echo ${version} `.repeat(8))
  assert.equal(shown({ path: 'args[0]', before, after }), ['  ~ args[0]', `  -   ${before}`, `  +   ${after}`])
})

test('what is new and has parts is YAML', () => {
  assert.equal(shown({ path: 'stop', after: { signal: 'SIGINT', grace: '1s' } }), [
    '  + stop',
    '  +   signal: SIGINT',
    '  +   grace: 1s',
  ])
})

test.run()
