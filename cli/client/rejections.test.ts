import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { ExplainReply } from '#libs/api'
import { on } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { isTurnedDown, withReasons } from './rejections'

const turnedDown = (worker: string) => ({ worker, fits: false, filter: 'rejected', detail: 'it said no' }) as const

const reply: ExplainReply = {
  id: 'web.api.0',
  seq: 9,
  pending: true,
  awaits: null,
  kind: 'service',
  policy: 'spread',
  workers: [turnedDown('w1'), turnedDown('w2'), { worker: 'w3', fits: false, filter: 'cpu', detail: 'full' }],
}

test('what a worker turned an instance down for is said in its own last words, as far as the log has them', () => {
  const log = new History()
  for (const [at, why] of ['no such secret', 'no such path'].entries())
    log.add(on('web.api.0', 'w1', at + 1).rejected(why))
  assert.ok(isTurnedDown(reply))
  assert.equal(
    withReasons(reply, [null, ...log.entries]).workers.map((verdict) => (verdict.fits ? '' : verdict.detail)),
    ['no such path', 'it said no', 'full'],
  )
})

test.run()
