import { execFileSync } from 'node:child_process'
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { platformName, releaseUrl, unpackRelease } from './release'

test('names platforms as the releases do', () => {
  assert.is(platformName('linux', 'x64'), 'linux-amd64')
  assert.is(platformName('darwin', 'arm64'), 'darwin-arm64')
})

test('has a release for linux and darwin on amd64 and arm64, and none for anything else', () => {
  for (const platform of ['linux-amd64', 'linux-arm64', 'darwin-amd64', 'darwin-arm64']) {
    assert.match(
      releaseUrl(platform) ?? '',
      new RegExp(`^https://.*/nats-server-v2\\.\\d+\\.\\d+-${platform}\\.tar\\.gz$`),
    )
  }
  assert.is(releaseUrl('win32-amd64'), undefined)
})

test('unpacks the program out of the one folder of the archive, executable', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ork-release-'))
  mkdirSync(join(folder, 'nats-server-v1'))
  writeFileSync(join(folder, 'nats-server-v1', 'nats-server'), '#!/bin/sh\n', { mode: 0o755 })
  execFileSync('tar', ['-czf', 'a.tar.gz', 'nats-server-v1'], { cwd: folder })
  await unpackRelease(join(folder, 'a.tar.gz'), join(folder, 'out'))
  const program = join(folder, 'out', 'nats-server')
  assert.is(readFileSync(program, 'utf8'), '#!/bin/sh\n')
  accessSync(program, constants.X_OK)
  rmSync(folder, { recursive: true })
})

test('an archive that is cut short is an error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ork-release-'))
  writeFileSync(join(folder, 'a.tar.gz'), Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]))
  let failed = false
  await unpackRelease(join(folder, 'a.tar.gz'), join(folder, 'out')).catch(() => {
    failed = true
  })
  assert.ok(failed)
  rmSync(folder, { recursive: true })
})

test.run()
