import { mkdirSync, mkdtempSync, realpathSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readDevEndpoint, writeEndpoint } from './endpoint'

const test = suite<{ home: string }>('endpoint', { home: '' })

test.before.each((context) => {
  context.home = realpathSync(mkdtempSync(join(tmpdir(), 'ork-endpoint-')))
  process.env.XDG_DATA_HOME = join(context.home, 'share')
})
test.after.each(({ home }) => rmSync(home, { recursive: true, force: true }))

test('a running ork dev is found from below the folder of its data, and from anywhere', ({ home }) => {
  const below = join(home, 'checkout', 'deep')
  mkdirSync(below, { recursive: true })
  const endpoint = { url: 'nats://127.0.0.1:9', pid: process.pid, dataDir: join(home, 'checkout', '.ork') }
  const takeBack = writeEndpoint(endpoint)
  assert.equal(readDevEndpoint(below), endpoint)
  assert.equal(readDevEndpoint(tmpdir()), endpoint)
  assert.is(statSync(join(home, 'share', 'ork', 'dev.json')).mode & 0o777, 0o600)
  takeBack()
  assert.is(readDevEndpoint(below), undefined)
})

test('the nearest wins over the last one', ({ home }) => {
  const near = { url: 'nats://near', pid: process.pid, dataDir: join(home, 'near', '.ork') }
  writeEndpoint(near)
  writeEndpoint({ url: 'nats://last', pid: process.pid, dataDir: join(home, 'elsewhere') })
  assert.is(readDevEndpoint(join(home, 'near'))?.url, 'nats://near')
  assert.is(readDevEndpoint(home)?.url, 'nats://last')
})

test('what a killed one left behind is passed over', ({ home }) => {
  writeEndpoint({ url: 'nats://gone', pid: 2 ** 30, dataDir: join(home, '.ork') })
  assert.is(readDevEndpoint(home), undefined)
})

test.run()
