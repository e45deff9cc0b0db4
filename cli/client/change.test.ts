import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parseChange } from './change'

const good = (text: string): unknown => {
  const change = parseChange(text)
  return E.isRight(change) ? change.right : change.left.what
}

const GIB = 2 ** 30

test('a change says what is to be otherwise', () => {
  assert.equal(good('policy=binpack'), { tag: 'policy', policy: 'binpack' })
  assert.equal(good('worker:w3=gone'), { tag: 'gone', worker: 'w3' })
  assert.equal(good('drain:w2'), { tag: 'drain', worker: 'w2' })
  assert.equal(good('job:jobs/web=1.yaml'), { tag: 'file', file: 'jobs/web=1.yaml' })
})

test('a worker has cores and memory, and where it is said a disk', () => {
  const capacity = { cpuMilli: 8_000, memoryBytes: 32 * GIB, diskBytes: null }
  assert.equal(good('worker:w9=8cpu/32GiB'), { tag: 'worker', worker: 'w9', capacity })
  const small = { cpuMilli: 500, memoryBytes: GIB, diskBytes: 10 * GIB }
  assert.equal(good('worker:w9=0.5/1GiB/10GiB'), { tag: 'worker', worker: 'w9', capacity: small })
})

test('what cannot be read is refused with a way on', () => {
  for (const text of [
    '',
    'plicy=spread',
    'policy=',
    'worker:w9',
    'worker:w9=8cpu',
    'worker:W=gone',
    'drain:',
    'job:',
  ]) {
    const change = parseChange(text)
    assert.ok(E.isLeft(change) && change.left.next !== undefined, text)
  }
  assert.is(good('policy=binpak'), '"policy=binpak": there is no policy "binpak"')
})

test.run()
