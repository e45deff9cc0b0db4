import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { makeFolder } from './folder'

test('a folder is made with those above it, for its owner alone, and one that is there is fine', () => {
  const top = mkdtempSync(join(tmpdir(), 'ork-folder-'))
  const folder = join(top, 'a', 'b')
  makeFolder(folder)
  makeFolder(folder)
  assert.is(statSync(folder).mode & 0o777, 0o700)
  rmSync(top, { recursive: true })
})

test('where nothing can be made it says so at once', () => {
  const notAFolder = process.execPath
  assert.throws(() => makeFolder(join(notAFolder, 'x')), /this is not a folder\n {2}name one/)
})

test.run()
