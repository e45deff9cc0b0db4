import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const ORK = join(__dirname, '..', '..', 'cli', 'bin', 'ork.cjs')

test('ork starts through a link with blanks in its name, with nothing on the path but node', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork link-'))
  const link = join(dir, 'ork')
  symlinkSync(ORK, link)
  const env = { PATH: dirname(process.execPath) }
  const { status, stdout, stderr } = spawnSync(link, ['submit', 'a file'], { cwd: dir, env, encoding: 'utf8' })
  rmSync(dir, { recursive: true })
  assert.equal([status, stdout], [2, ''])
  assert.match(stderr, /^a file: there is no such file\n/)
})

test('ork starts as a user that the machine does not know, as a container may', () => {
  const uid = 54_321
  const as = { uid, env: { PATH: dirname(process.execPath), HOME: tmpdir() }, encoding: 'utf8' } as const
  // Only root may start it so, and only where others may read the checkout.
  const look = ['-e', 'fs.accessSync(process.argv[1])', ORK]
  if (process.getuid?.() !== 0 || spawnSync(process.execPath, look, as).status !== 0) return
  const { status, stderr } = spawnSync(process.execPath, [ORK, 'submit', '/no/such/file'], as)
  assert.is(status, 2, stderr)
})

test.run()
