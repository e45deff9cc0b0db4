import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { layerSum } from './pull'

const downloading = (id: string, current: number, total: number) => ({
  id,
  status: 'Downloading',
  progressDetail: { current, total },
})

test('sums what is downloaded over all layers', () => {
  const sum = layerSum()
  assert.is(sum({ status: 'Pulling from library/busybox', id: 'latest' }), undefined)
  assert.is(sum({ status: 'Pulling fs layer', id: 'a' }), undefined)
  assert.equal(sum(downloading('a', 10, 100)), { doneBytes: 10, totalBytes: 100 })
  assert.equal(sum(downloading('b', 5, 50)), { doneBytes: 15, totalBytes: 150 })
  assert.equal(sum({ status: 'Download complete', id: 'a' }), { doneBytes: 105, totalBytes: 150 })
  assert.is(sum({ status: 'Extracting', id: 'a', progressDetail: { current: 1, total: 100 } }), undefined)
  assert.is(sum({ status: 'Already exists', id: 'c' }), undefined)
  assert.equal(sum(downloading('b', 50, 50)), { doneBytes: 150, totalBytes: 150 })
})

test.run()
