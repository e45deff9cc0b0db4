import picocolors from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { StatusReply } from '#libs/api'
import { problemsOf, renderStatus, type Status } from './status'

const look = { now: 0, zone: 'UTC', colours: picocolors.createColors(false) }

const service = (name: string, more: Partial<StatusReply> = {}): StatusReply => ({
  service: name,
  version: '0.1.0',
  leading: true,
  alarm: null,
  uptimeMs: 61_000,
  seq: 40,
  jobs: { running: 1 },
  instances: { running: 2, pending: 1 },
  workers: { ready: 1 },
  leaders: { manager: { holder: 'm1', epoch: 3, seq: 1 }, scheduler: { holder: 's1', epoch: 2, seq: 1 } },
  scheduling: { policy: 'spread', seed: null, placements: 3 },
  services: [],
  quarantined: [],
  quarantinedCount: 0,
  ignored: { stale: 0, illegal: 2 },
  ...more,
})

const log = {
  serverVersion: '2.15.1',
  stream: 'ORK_EVENTS',
  firstSeq: 1,
  lastSeq: 42,
  bytes: 2048,
  replicas: 1,
  leader: null,
}
const well: Status = { services: [service('scheduler/s1'), service('manager/m1')], log }
const tags = (status: Status): string[] => problemsOf(status).map(({ tag }) => tag)

test('a cluster that is well says so and shows who is there', () => {
  assert.equal(tags(well), [])
  assert.is(
    renderStatus(well, [], look),
    [
      'Cluster    well',
      'Log        42 events, 2 KiB, 1 replica, stream ORK_EVENTS',
      'Server     nats-server 2.15.1',
      'Jobs       1 running',
      'Instances  2 running, 1 pending',
      'Workers    1 ready',
      'Ignored    0 of an old epoch, 2 out of order',
      '',
      'SERVICE       LEADS  EPOCH  LAG  UP    VERSION',
      'manager/m1    yes        3    2  1m1s  0.1.0',
      'scheduler/s1  yes        2    2  1m1s  0.1.0',
    ].join('\n'),
  )
})

test('each thing that is not well is a problem with what to do', () => {
  assert.equal(tags({ services: [], log }), ['NoService', 'NoService'])
  assert.equal(tags({ ...well, services: [service('manager/m1', { leading: false }), service('scheduler/s1')] }), [
    'NoLeader',
  ])
  assert.equal(tags({ ...well, log: { ...log, lastSeq: 20_000 } }), ['Lag', 'Lag'])
  const ill = service('manager/m1', {
    seq: 41,
    workers: { suspected: 1 },
    alarm: 'half of the workers are silent',
    quarantined: [
      {
        aggregate: 'events.job.web',
        seq: 7,
        reason: 'BadData: \u001b[2J',
        last: 7,
        count: 1,
        since: null,
        frozen: true,
      },
    ],
    quarantinedCount: 1,
  })
  const status = { ...well, services: [ill, service('scheduler/s1')] }
  assert.equal(tags(status), ['Alarm', 'NoWorker', 'Suspected', 'Quarantined'])
  const problems = problemsOf(status)
  const text = renderStatus(status, problems, look)
  assert.match(text, /Cluster {4}not well: 4 problems/)
  assert.match(
    text,
    '! events.job.web: sequence 7 cannot be read (BadData: \\e[2J); nothing more is decided about this',
  )
})

test('a stream of three without a leader takes no writes', () => {
  assert.equal(tags({ ...well, log: { ...log, replicas: 3 } }), ['NoStreamLeader'])
  assert.equal(tags({ ...well, log: { ...log, replicas: 3, leader: 'n1' } }), [])
})

test.run()
