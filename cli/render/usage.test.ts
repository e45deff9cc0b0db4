import picocolors from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { WorkerReply } from '#libs/api'
import type { ClusterUse, InstanceUse } from '../client/usage'
import { renderStats, renderTop, useJson } from './usage'

const look = { now: 0, zone: 'UTC', colours: picocolors.createColors(false) }
const capacity = { cpuMilli: 2_000, memoryBytes: 1_000, diskBytes: 1_000 }
const worker = {
  name: 'w1',
  state: 'ready',
  intake: 'draining',
  instances: 2,
  capacity,
  used: { cpuMilli: 500, memoryBytes: 250, diskBytes: 990 },
} as Partial<WorkerReply> as WorkerReply

const use = (id: string, change: Partial<InstanceUse> = {}): InstanceUse => ({
  id,
  worker: 'w1',
  attempt: 1,
  cpuMilli: 10,
  memoryBytes: 1_024,
  memoryLimitBytes: 4_096,
  receivedBytes: 0,
  sentBytes: 0,
  processes: 1,
  fresh: true,
  ...change,
})

const at = (ms: number, ...instances: readonly InstanceUse[]): ClusterUse => ({ at: ms, workers: [worker], instances })

test('what only the last sign of life tells has no more than that', () => {
  const told = { memoryLimitBytes: null, receivedBytes: null, sentBytes: null, processes: null, attempt: null }
  const [, line = ''] = renderStats([use('web.api.0', told)]).split('\n')
  assert.equal(line.split(/ {2,}/), ['web.api.0', 'w1', '1.0%', '1 KiB', '-', '-', '-', '-'])
})

test('for programs it says when as all times are said', () => {
  assert.equal(useJson(at(1_000)), { workers: [worker], instances: [], at: '1970-01-01T00:00:01.000Z' })
})

test('the network is shown as a rate between two looks, and not for an attempt that is new', () => {
  const before = at(0, use('web.api.0'), use('web.api.1'))
  const now = at(2_000, use('web.api.0', { receivedBytes: 4_096 }), use('web.api.1', { attempt: 2, receivedBytes: 99 }))
  const lines = renderTop(now, before, 'net', 50, look)
  assert.equal(
    lines.slice(-2).map((line) => line.split(/ {2,}/).slice(5, 7)),
    [
      ['2 KiB/s', '0 B/s'],
      ['-', '-'],
    ],
  )
  assert.match(lines[1] ?? '', /w1 +ready, draining +25% +25% +99%/)
})

test('who uses most comes first, and the rest is counted where there is no room for it', () => {
  const many = Array.from({ length: 30 }, (_, index) =>
    use(`web.api.${index}`, { cpuMilli: index, memoryBytes: -index }),
  )
  const lines = renderTop(at(0, ...many), null, 'cpu', 12, look)
  assert.is(lines.length, 12)
  assert.match(lines[4] ?? '', /^web\.api\.29 /)
  assert.is(lines.at(-1), '... and 23 more')
  assert.match(renderTop(at(0, ...many), null, 'memory', 12, look)[4] ?? '', /^web\.api\.0 /)
})

test.run()
