import picocolors from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Draft, type OrkEvent, stamp } from '#libs/events'
import { dayLine, eventJson, eventLine, heartbeatLine } from './event'

const look = { now: 0, zone: 'UTC', colours: picocolors.createColors(false) }
const time = Date.parse('2026-03-01T11:22:33.004Z')
const place = { job: 'web', task: 'api', index: 0, worker: 'w1', attempt: 2 }
const at = { ...place, placement: 6 }
const resources = { cpuMilli: 1500, memoryBytes: 2 ** 30, diskBytes: 2 ** 31 }

const event = (draft: Draft, actor?: string): OrkEvent =>
  stamp(draft, { id: 'i', source: 'manager/m1', time, epoch: 1, ...(actor === undefined ? {} : { actor }) })
const said = (draft: Draft): string =>
  eventLine({ seq: 7, event: event(draft, 'ann') }, look).replace(/^ +7 {2}11:22:33.004 {2}/, '')

test('an event is one line: its sequence, its time, whom it happened to and what', () => {
  const line = eventLine({ seq: 4711, event: event({ type: 'TaskCompleted', data: at }) }, look)
  assert.is(line, '   4711  11:22:33.004  web.api.0  has completed with attempt 2')
})

const sentences: readonly (readonly [Draft, string])[] = [
  [{ type: 'JobStopRequested', data: { job: 'web', reason: null, purge: false } }, 'web  is to stop (asked by ann)'],
  [
    { type: 'JobFailed', data: { job: 'web', version: 3, failed: 1, reason: null } },
    'web  has failed: 1 instance of version 3 ended in failure',
  ],
  [
    { type: 'TaskScheduled', data: { ...place, version: 3, policy: 'spread', asOf: 6, ports: [] } },
    'web.api.0  is placed on w1 as attempt 2 (version 3)',
  ],
  [
    {
      type: 'TaskUnplaceable',
      data: {
        job: 'web',
        task: 'api',
        index: 0,
        version: 1,
        asOf: 1,
        pending: 3,
        reasons: [{ reason: 'memory', workers: 2 }],
      },
    },
    'web.api.0  fits on no worker now: 2 workers have too little memory free; 3 of its task were pending',
  ],
  [
    { type: 'TaskPulling', data: { ...at, image: 'busybox:1', doneBytes: 2 ** 20, totalBytes: 2 ** 21 } },
    'web.api.0  pulls busybox:1: 1 MiB of 2 MiB',
  ],
  [
    { type: 'TaskStarted', data: { ...at, container: 'c', ports: [{ name: 'http', hostPort: 8080 }], checked: true } },
    'web.api.0  runs on w1 as attempt 2, http on 8080',
  ],
  [
    { type: 'TaskHealthChanged', data: { ...at, health: 'unhealthy', reason: 'GET /: status 500' } },
    'web.api.0  attempt 2 is unhealthy: GET /: status 500',
  ],
  [
    { type: 'TaskRescheduled', data: { ...at, reschedules: 1, reason: 'exit code 1' } },
    'web.api.0  waits for another place after attempt 2 failed on w1: exit code 1',
  ],
  [
    { type: 'TaskExited', data: { ...at, exitCode: 137, signal: 'SIGKILL', oomKilled: true } },
    'web.api.0  attempt 2 ended by SIGKILL, out of memory',
  ],
  [
    { type: 'TaskRestarting', data: { ...at, delayMs: 1500, restarts: 1, reason: 'exit code 1' } },
    'web.api.0  restarts as attempt 2 in 1.5s: exit code 1',
  ],
  [
    { type: 'TaskStopped', data: { ...at, exitCode: 0, signal: null, reason: null } },
    'web.api.0  attempt 2 has stopped with exit code 0',
  ],
  [
    {
      type: 'WorkerRegistered',
      data: {
        worker: 'w1',
        capacity: resources,
        labels: {},
        drivers: ['docker'],
        engines: {},
        devices: {},
        platform: {},
        overcommit: {},
        portSpaces: [],
        version: '1',
        host: 'h',
      },
    },
    'w1  registered from h: 1.5 cpu, 1 GiB memory, 2 GiB disk, docker',
  ],
  [
    { type: 'WorkerLost', data: { worker: 'w1', silentMs: 30000 } },
    'w1  is lost, silent for 30s: what its jobs allow is replaced',
  ],
  [
    { type: 'LeaderElected', data: { role: 'manager', holder: 'm1', epoch: 4 } },
    'manager  m1 leads from here on (epoch 4)',
  ],
]

test('each kind of event has its sentence', () => {
  for (const [draft, sentence] of sentences) assert.is(said(draft), sentence)
})

test('what a container or a user wrote cannot act on the terminal', () => {
  const line = said({ type: 'TaskFailed', data: { ...at, reason: 'no\u001b[2J\nsuch file', exitCode: null } })
  assert.is(line, 'web.api.0  has failed with attempt 2: no\\e[2J\\nsuch file')
})

test('an entry that cannot be read is told as one', () => {
  const path = 'events.task.web.api.0.w1.TaskMystery'
  const entry = { seq: 9, event: { type: 'Unreadable', path, error: { tag: 'UnknownType', detail: 'x' } } } as const
  assert.is(eventLine(entry, look), `      9  ${path}  cannot be read: UnknownType: x`)
})

test('a sign of life stands between the events without a sequence', () => {
  const beat = event({
    type: 'WorkerHeartbeat',
    data: {
      worker: 'w1',
      seq: 1,
      capacity: resources,
      reserved: resources,
      used: resources,
      containers: [],
      troubles: [],
    },
  })
  assert.is(
    heartbeatLine(beat, look),
    '      ~  11:22:33.004  w1  uses 1.5 of 1.5 cpu, 1 GiB of 1 GiB memory; 0 containers',
  )
})

test('as JSON an event is the CloudEvent and its sequence', () => {
  const stored = event({ type: 'TaskCompleted', data: at })
  assert.equal(eventJson({ seq: 3, event: stored }), { ...stored, sequence: 3 })
})

test('a new day is said with its zone', () => {
  assert.is(dayLine('2026-03-01T23:30:00Z', { ...look, zone: 'Asia/Kolkata' }), '-- 2026-03-02 +05:30 --')
})

test.run()
