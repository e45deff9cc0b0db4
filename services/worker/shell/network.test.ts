import { existsSync } from 'node:fs'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ownNetwork, portSpacesOf } from './network'

test('every process of a network says the same of it, where the system tells', async () => {
  const network = await ownNetwork()
  assert.is(network, await ownNetwork())
  if (existsSync('/proc/self/ns/net')) assert.match(network ?? '', /^net\/[0-9a-f-]{36}\/\d+$/)
})

test('workers take ports in their network and that of their engine: by either they are known to share a machine', () => {
  const beside = portSpacesOf('net/b/1', { process: 'host:/data' })
  const onEngine = portSpacesOf('net/b/1', { docker: 'E' })
  const inContainer = portSpacesOf('net/b/2', { docker: 'E' })
  assert.equal([beside, onEngine, inContainer], [['net/b/1'], ['docker/E', 'net/b/1'], ['docker/E', 'net/b/2']])
  assert.equal(portSpacesOf(undefined, { simulated: 's' }), [])
})

test.run()
