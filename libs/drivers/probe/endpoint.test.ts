import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Scheme } from '#libs/spec'
import { probeEndpoint } from './endpoint'

/** Of nobody and for nobody: signed by itself, as containers often have it. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgI7EuoK+riyxGUyF4
F0JXoBC7lpjqx2aujTZGWKLUDzuhRANCAAQFVrnOWRMw0sRCxXZDxdGWjDU+Ppse
1hWYKAbSmn4r3aXSJMcQBSJnz98oQnmDmlasQ4rYQ5ruuJi/5KV4S/7T
-----END PRIVATE KEY-----`
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBfzCCASWgAwIBAgIUHvNzWIb7tWpzYnB0TYGTFPvNH1EwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTIyMTgyOFoYDzIxMjYxMDI4
MjIxODI4WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQFVrnOWRMw0sRCxXZDxdGWjDU+Ppse1hWYKAbSmn4r3aXSJMcQBSJn
z98oQnmDmlasQ4rYQ5ruuJi/5KV4S/7To1MwUTAdBgNVHQ4EFgQUE0ebK/gH7Y4r
mFdMj1hdtoniSUIwHwYDVR0jBBgwFoAUE0ebK/gH7Y4rmFdMj1hdtoniSUIwDwYD
VR0TAQH/BAUwAwEB/zAKBggqhkjOPQQDAgNIADBFAiBUVz/Odg91gDn24p6l4cWS
MF08O03rLHOMwWCX9dP3mAIhANdeYxeuMrUvQVM0Dv3flmlNqyD2rKR0AANvI7RV
dSEV
-----END CERTIFICATE-----`

const answers: RequestListener = (_, response) => response.writeHead(204).end()

const test = suite<{ plain: Server; tls: Server }>('probes')
test.before(async (context) => {
  context.plain = createServer(answers).listen(0, '127.0.0.1')
  context.tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, answers).listen(0, '127.0.0.1')
  await Promise.all([once(context.plain, 'listening'), once(context.tls, 'listening')])
})
test.after(({ plain, tls }) => {
  plain.close()
  tls.close()
})

const probe = (scheme: Scheme, server: Server) =>
  probeEndpoint(
    { tag: 'Http', scheme, path: '/health', port: { name: 'http', port: 80 }, status: null, headers: {} },
    { host: '127.0.0.1', port: (server.address() as AddressInfo).port },
    30_000,
  )

test('what speaks TLS is asked over TLS, whoever has signed its certificate', async ({ tls }) => {
  assert.equal(await probe('https', tls), { ok: true, detail: 'GET /health on port 80: status 204' })
})

test('what is asked in the other way is not well, and says why in a line', async ({ plain, tls }) => {
  assert.equal(await probe('https', plain), { ok: false, detail: 'GET /health on port 80: it does not speak TLS' })
  assert.equal(await probe('http', tls), { ok: false, detail: 'GET /health on port 80: socket hang up' })
})

test.run()
