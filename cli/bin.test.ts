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

test.run()
