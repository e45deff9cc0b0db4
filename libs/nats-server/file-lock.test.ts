import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tryLock } from './file-lock'

const test = suite<{ folder: string; file: string }>('file lock', { folder: '', file: '' })

test.before.each((context) => {
  context.folder = mkdtempSync(join(tmpdir(), 'ork-lock-'))
  context.file = join(context.folder, 'it.lock')
})
test.after.each((context) => rmSync(context.folder, { recursive: true }))

test('one holder at a time, and the next one after its release', async ({ file, folder }) => {
  const first = await tryLock(file)
  assert.ok(E.isRight(first))
  const second = await tryLock(file)
  assert.ok(E.isLeft(second))
  if (E.isLeft(second)) assert.is(second.left.pid, process.pid)
  if (E.isRight(first)) first.right.release()
  const third = await tryLock(file)
  assert.ok(E.isRight(third))
  if (E.isRight(third)) third.right.release()
  assert.equal(readdirSync(folder), [])
})

test('of many at once exactly one gets it', async ({ file }) => {
  const attempts = await Promise.all(Array.from({ length: 20 }, () => tryLock(file)))
  assert.is(attempts.filter(E.isRight).length, 1)
})

test('takes over from a process that is gone, and from a pid that now belongs to another', async ({ file, folder }) => {
  for (const left of ['4194304 12345\n', `${process.pid} 1 long ago\n`, 'rubbish', '']) {
    writeFileSync(file, left)
    const taken = await tryLock(file)
    assert.ok(E.isRight(taken), left)
    if (E.isRight(taken)) taken.right.release()
  }
  assert.equal(readdirSync(folder), [])
})

test('a late release does not free the next holder', async ({ file }) => {
  const first = await tryLock(file)
  if (E.isLeft(first)) throw new Error('not taken')
  first.right.release()
  assert.ok(E.isRight(await tryLock(file)))
  first.right.release()
  assert.ok(E.isLeft(await tryLock(file)))
})

test.run()
