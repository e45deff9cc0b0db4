import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseServers } from './servers'

test('servers are named with commas between', () => {
  assert.equal(parseServers('nats://a:4222, b:4223'), { servers: ['nats://a:4222', 'b:4223'], login: {} })
})

test('a login in the URL is used and not shown', () => {
  assert.equal(parseServers('nats://ann:s%40crt@a:4222,nats://b'), {
    servers: ['nats://a:4222', 'nats://b'],
    login: { user: 'ann', pass: 's@crt' },
  })
  assert.equal(parseServers('tls://ann:100%@a').login, { user: 'ann', pass: '100%' })
})

test.run()
