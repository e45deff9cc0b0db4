import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { renderTable, widthOf } from './table'
import { absolute, clockTime, relative } from './time'

test('columns line up, whatever the colours and the width of letters', () => {
  const red = (text: string): string => `<${text}>`
  const text = renderTable(
    ['NAME', 'N', 'WHY'],
    [
      ['web', { text: '7', align: 'right' }, 'a\nb'],
      ['日本', { text: 'x', paint: red }, ''],
    ],
    '',
  )
  assert.is(text, ['NAME  N  WHY', 'web   7  a\\nb', '日本  <x>'].join('\n'))
  assert.is(widthOf('🙂é'), 3)
})

test('a table without rows says so instead', () => {
  assert.is(renderTable(['NAME'], [], 'no jobs'), 'no jobs')
})

test('a time is shown in its zone, in the form that --from takes', () => {
  const time = '2026-03-01T11:22:33.004Z'
  assert.is(absolute(time, { now: 0, zone: 'Europe/Helsinki' }), '2026-03-01 13:22:33+02:00')
  assert.is(absolute(time, { now: 0, zone: 'UTC' }), '2026-03-01 11:22:33Z')
  assert.is(clockTime(time, { now: 0, zone: 'Asia/Kolkata' }), '16:52:33.004')
})

test('a time is also told from now', () => {
  const now = Date.parse('2026-03-01T12:00:00Z')
  assert.is(relative('2026-03-01T11:55:50Z', { now }), '4m10s ago')
  assert.is(relative('2026-03-01T12:00:05Z', { now }), 'in 5s')
  assert.is(relative('2026-03-01T11:59:59.600Z', { now }), 'just now')
})

test.run()
