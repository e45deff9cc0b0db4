import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { WorkerVerdict } from '#libs/api'
import { verdictLines } from './verdicts'

const look = { colours: createColors(false) }
const gone = (worker: string): WorkerVerdict => ({ worker, fits: false, filter: 'ready', detail: 'worker is lost' })

test('workers that say the same share a line', () => {
  const full: WorkerVerdict = { worker: 'w2', fits: false, filter: 'cpu', detail: 'asks for 1 core' }
  assert.equal(verdictLines([gone('w1'), full, gone('w3'), { worker: 'w4', fits: true, score: 1 }], 'has room', look), [
    'w1, w3: ready: worker is lost',
    'w2: cpu: asks for 1 core',
    'w4: has room',
  ])
})

test('of many that say the same the first are named', () => {
  const [line] = verdictLines(
    Array.from({ length: 50 }, (_, index) => gone(`w${index}`)),
    '',
    look,
  )
  assert.is(line, 'w0, w1, w2, w3, w4, w5, w6, w7 and 42 more: ready: worker is lost')
})

test.run()
