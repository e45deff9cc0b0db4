import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'

const ROOT = join(__dirname, '..', '..')
const FULL = '/dev/full'

test('a disk without room for the output is said in one sentence, and is a failure', () => {
  if (!existsSync(FULL)) return
  const full = openSync(FULL, 'w')
  const args = [join(ROOT, 'cli/bin/ork.cjs'), 'convert', join(ROOT, 'examples/stack/compose.yaml')]
  const { status, stderr } = spawnSync(process.execPath, args, { stdio: ['ignore', full, 'pipe'], encoding: 'utf8' })
  closeSync(full)
  assert.is(status, 1)
  assert.match(stderr, /^standard output: cannot be written: ENOSPC[^\n]*\n {2}is its disk full\?[^\n]*\n$/)
})

test.run()
