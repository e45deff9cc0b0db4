import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { pack } from 'tar-fs'

const MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json'

interface Blob {
  readonly digest: string
  readonly bytes: Buffer
}

const blobOf = (bytes: Buffer): Blob => ({
  digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  bytes,
})

/** An image of one layer with one file of random bytes, which no compression makes small. */
const makeImage = async (layerBytes: number): Promise<{ manifest: Blob; config: Blob; layer: Blob }> => {
  const folder = mkdtempSync(join(tmpdir(), 'ork-registry-'))
  writeFileSync(join(folder, 'filler'), randomBytes(layerBytes))
  const tar = await buffer(pack(folder))
  rmSync(folder, { recursive: true })
  const layer = blobOf(gzipSync(tar))
  const rootfs = { type: 'layers', diff_ids: [blobOf(tar).digest] }
  const config = blobOf(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs })))
  const part = (mediaType: string, { digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length })
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: part('application/vnd.docker.container.image.v1+json', config),
    layers: [part('application/vnd.docker.image.rootfs.diff.tar.gzip', layer)],
  }
  return { manifest: blobOf(Buffer.from(JSON.stringify(manifest))), config, layer }
}

/** A registry on this machine for tests of pulls. */
export interface TestRegistry {
  /** What to pull; the engine takes a registry on 127.0.0.1 without TLS. */
  readonly image: string
  readonly digest: string
  readonly layerBytes: number
  /** An image that it does not have. */
  readonly missing: string
  close(): void
}

interface TestRegistryOptions {
  readonly layerBytes?: number
  /** It sends only the first half of the layer, and no more. */
  readonly stalls?: boolean
  /** What it wants to be shown, as `username:password`. */
  readonly login?: string
}

export const startTestRegistry = async (options: TestRegistryOptions = {}): Promise<TestRegistry> => {
  const { manifest, config, layer } = await makeImage(options.layerBytes ?? 4 << 20)
  const send = (response: ServerResponse, type: string, { digest, bytes }: Blob): void => {
    response.writeHead(200, {
      'content-type': type,
      'content-length': bytes.length,
      'docker-content-digest': digest,
    })
    if (options.stalls && bytes === layer.bytes) response.write(bytes.subarray(0, bytes.length / 2))
    else response.end(bytes)
  }
  const entry = options.login === undefined ? null : `Basic ${Buffer.from(options.login).toString('base64')}`
  const server = createServer((request, response) => {
    if (entry !== null && request.headers.authorization !== entry) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="tests"' })
      return void response.end(
        JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }),
      )
    }
    const path = request.url ?? ''
    const blob = [config, layer].find(({ digest }) => path.endsWith(`/blobs/${digest}`))
    if (path === '/v2/') response.end()
    else if (path === '/v2/pulled/manifests/1' || path.endsWith(`/manifests/${manifest.digest}`)) {
      send(response, MANIFEST, manifest)
    } else if (blob !== undefined) send(response, 'application/octet-stream', blob)
    else response.writeHead(404).end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'not here' }] }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    image: `${host}/pulled:1`,
    digest: `${host}/pulled@${manifest.digest}`,
    layerBytes: layer.bytes.length,
    missing: `${host}/missing:1`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
