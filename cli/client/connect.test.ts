import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { targetOf } from './connect'
import { writeEndpoint } from './endpoint'

const test = suite<{ home: string }>('the cluster that commands talk to', { home: '' })

test.before.each((context) => {
  context.home = realpathSync(mkdtempSync(join(tmpdir(), 'ork-target-')))
  process.env.XDG_DATA_HOME = context.home
})
test.after.each(({ home }) => rmSync(home, { recursive: true, force: true }))

test('is the one that was named, and is shown without its login', ({ home }) => {
  writeEndpoint({ url: 'nats://127.0.0.1:9', pid: process.pid, dataDir: home })
  const named = targetOf({ nats: 'nats://ann:secret@a:1,b:2' })
  assert.equal([named.shown, named.devDir], ['nats://a:1,b:2', null])
})

test('is else a running `ork dev`, and which one is known', ({ home }) => {
  writeEndpoint({ url: 'nats://127.0.0.1:9', pid: process.pid, dataDir: home })
  const found = targetOf({ nats: undefined })
  assert.equal([found.shown, found.devDir], ['nats://127.0.0.1:9', home])
})

test.run()
