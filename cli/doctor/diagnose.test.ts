import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { orkError } from '#libs/kernel'
import type { StreamState } from '#libs/log'
import { diagnose, problemsIn } from './diagnose'
import { clockOf, type Facts } from './facts'
import { aHealth, aServer, aStatus, wellFacts } from './fixture'

const lines = (facts: Facts): string[] =>
  problemsIn(diagnose(facts)).map(({ level, check, where, what }) =>
    [level, check, ...(where === undefined ? [] : [where]), what].join(' | '),
  )

const three = (more: Partial<StreamState> = {}): Facts => ({
  ...wellFacts,
  servers: ['n1', 'n2', 'n3'].map((name) => aServer(name)),
  streams: [
    {
      name: 'ORK_EVENTS',
      replicas: 3,
      leader: 'n1',
      copies: ['n2', 'n3'].map((server) => ({ server, state: 'current', lag: 0 })),
      bytes: 0,
      maxBytes: null,
      ...more,
    },
  ],
})
const manager = (more: Parameters<typeof aStatus>[1]): Facts => ({
  ...wellFacts,
  statuses: [aStatus('manager/m1', more), aStatus('scheduler/s1')],
})
const server = (more: Parameters<typeof aServer>[1]): Facts => ({ ...wellFacts, servers: [aServer('n1', more)] })
const health = (...more: Facts['health']): Facts => ({ ...wellFacts, health: [...wellFacts.health, ...more] })

test('a cluster that is well: everything was looked at, and nothing is wrong', () => {
  assert.equal(
    diagnose(wellFacts).map(({ level, check, what }) => `${level} | ${check} | ${what}`),
    [
      'ok | server version | 1 nats-server, 2.15.1',
      'ok | replication | 1 replica',
      'ok | sync | every write is on disk before it is acknowledged',
      'ok | space | 50 B of 100 B free',
      'ok | snapshots | 1, the newest of sequence 30',
      'ok | managers | manager/m1 leads in epoch 3, nobody stands by',
      'ok | schedulers | scheduler/s1 leads in epoch 2, nobody stands by',
      'ok | lag | all services are up to the end of the log',
      'ok | names | 3 services, each with a name of its own',
      "ok | clocks | all within 5ms of this machine's",
      'ok | workers | 1 worker ready',
      'ok | quarantine | every event can be read',
      'ok | engines | 1 engine answers',
    ],
  )
  assert.equal(lines(three()), [])
})

const CASES: readonly (readonly [what: string, facts: Facts, said: readonly string[]])[] = [
  [
    'an old server',
    server({ version: '2.9.10' }),
    ['bad | server version | n1 | nats-server 2.9.10 is older than 2.12: it would break what ork writes'],
  ],
  [
    'servers that differ',
    { ...three(), servers: [aServer('n1'), aServer('n2', { version: '2.12.0' }), aServer('n3')] },
    ['warn | server version | the servers differ: n1 runs 2.15.1, n2 runs 2.12.0, n3 runs 2.15.1'],
  ],
  [
    'no stream leader',
    three({ leader: null, copies: [] }),
    ['bad | replication | ORK_EVENTS | 3 replicas, without a leader: nothing can be written'],
  ],
  [
    'a copy that is offline',
    three({
      copies: [
        { server: 'n2', state: 'offline', lag: 9 },
        { server: 'n3', state: 'current', lag: 0 },
      ],
    }),
    ['bad | replication | ORK_EVENTS | 3 replicas, led by n1; n2 is offline, n3 is current'],
  ],
  [
    'a server that hangs',
    { ...three(), servers: [aServer('n1'), aServer('n3')] },
    [
      'warn | replication | ORK_EVENTS | 3 replicas, led by n1; n2 is current, n3 is current; but only 2 servers answer',
    ],
  ],
  [
    'a copy that catches up',
    three({
      copies: [
        { server: 'n2', state: 'lagging', lag: 9 },
        { server: 'n3', state: 'current', lag: 0 },
      ],
    }),
    ['warn | replication | ORK_EVENTS | 3 replicas, led by n1; n2 is 9 behind, n3 is current'],
  ],
  [
    'one copy where there could be three',
    three({ replicas: 1, copies: [] }),
    [
      'warn | replication | ORK_EVENTS | 1 replica, led by n1 of 3 servers: while that one is away nothing can be written',
    ],
  ],
  [
    'a server that does not sync, though the log was made for one that does',
    server({ tags: ['2m'] }),
    ['bad | sync | not every write is synced to disk (n1 every 2m): a power cut may cost what was acknowledged last'],
  ],
  [
    'the same, as it was wished',
    { ...server({ tags: ['2m'] }), log: { ...wellFacts.log, sync: 'relaxed' } },
    ['warn | sync | not every write is synced to disk (n1 every 2m): a power cut may cost what was acknowledged last'],
  ],
  [
    'a stream that was changed for good',
    { ...wellFacts, log: { ...wellFacts.log, borne: ['deny_purge is on'] } },
    ['warn | stream settings | ORK_EVENTS | somebody has changed it: deny_purge is on'],
  ],
  ['a stream near its limit', three({ bytes: 98, maxBytes: 100 }), ['bad | space | ORK_EVENTS | 2 B of 100 B free']],
  [
    'a log that has come to what it keeps for facts',
    { ...three({ bytes: 98, maxBytes: 100 }), log: { ...wellFacts.log, bytes: 98, maxBytes: 100 } },
    [
      'bad | space | ORK_EVENTS | the log holds 98 B of at most 100 B: the rest is kept for what containers report; ' +
        'no job is taken and nothing is decided',
    ],
  ],
  [
    'an account near its limit',
    { ...wellFacts, space: { usedBytes: 85, limitBytes: 100, disk: null } },
    ['warn | space | JetStream account | 15 B of 100 B free'],
  ],
  [
    'a snapshot ahead of the log',
    { ...wellFacts, snapshots: [{ seq: 43, cluster: 'c1', storedAt: 0 }] },
    ['bad | snapshots | one was taken at sequence 43, and the log ends at 42: it has lost events'],
  ],
  [
    'a log that was purged by hand beyond its snapshots',
    { ...wellFacts, log: { ...wellFacts.log, firstSeq: 32 } },
    ['bad | snapshots | the log begins at 32 and the newest snapshot ends at 30: no service can start'],
  ],
  [
    'snapshots of another log only',
    {
      ...wellFacts,
      log: { ...wellFacts.log, lastSeq: 200_000 },
      statuses: wellFacts.statuses.map((one) => ({ ...one, seq: 200_000 })),
      snapshots: [{ seq: 300_000, cluster: 'other', storedAt: 0 }],
    },
    ['warn | snapshots | the newest is 200000 events behind the log: services that start read all of them'],
  ],
  [
    'servers that keep the snapshots, and are away',
    {
      ...wellFacts,
      silent: [orkError('LogUnavailable', 'nobody answers', { where: 'stream S', next: 'start them again' })],
      snapshots: null,
    },
    ['bad | streams | stream S | nobody answers'],
  ],
  [
    'nobody answers',
    { ...wellFacts, statuses: [], health: [], workers: null },
    ['bad | managers | no manager answers', 'bad | schedulers | no scheduler answers'],
  ],
  ['nobody leads', manager({ leading: false }), ['bad | managers | no manager leads']],
  [
    'two believe to lead',
    { ...wellFacts, statuses: [...wellFacts.statuses, aStatus('manager/m2')] },
    ['warn | managers | manager/m1 and manager/m2 each believe to lead: only what the newer epoch decides counts'],
  ],
  [
    'an alarm',
    manager({ alarm: 'half of the workers are silent' }),
    ['bad | alarm | manager/m1 | half of the workers are silent'],
  ],
  [
    'services that are behind',
    {
      ...wellFacts,
      log: { ...wellFacts.log, lastSeq: 20_040 },
      statuses: [aStatus('manager/m1'), aStatus('scheduler/s1', { seq: 18_040 })],
    },
    [
      'bad | lag | manager/m1 | is 20000 events behind the log',
      'warn | lag | scheduler/s1 | is 2000 events behind the log',
    ],
  ],
  [
    'facts that wait',
    health(aHealth('worker/w2', { unsent: 3 })),
    ['warn | lag | worker/w2 | 3 facts not in the log yet'],
  ],
  [
    'a name that two bear',
    health(aHealth('worker/w1', { host: 'b', pid: 7 })),
    ['bad | names | worker/w1 | is there 2 times: process 1 on a, process 7 on b'],
  ],
  [
    'a clock that is surely wrong, and one that may be right',
    health(
      aHealth('worker/w2', { clock: { offsetMs: -3_600_000, errorMs: 20 } }),
      aHealth('worker/w3', { clock: { offsetMs: 2_000, errorMs: 1_500 } }),
    ),
    ["bad | clocks | worker/w2 on a | its clock is 1h behind this machine's (± 20ms): times in the log mislead"],
  ],
  [
    'workers that are not there',
    manager({ workers: { suspected: 1, lost: 2 } }),
    [
      'bad | workers | no worker is ready',
      'bad | workers | 1 worker not heard of',
      'warn | workers | 2 workers lost; what their jobs allow was replaced (`onDisconnect`)',
    ],
  ],
  [
    'a worker that does not answer',
    {
      ...wellFacts,
      workers: [
        { name: 'w1', state: 'ready' },
        { name: 'w2', state: 'ready' },
        { name: 'w3', state: 'left' },
      ],
    },
    ['warn | workers | worker/w2 | is ready, as far as the manager knows, but did not answer just now'],
  ],
  [
    'an engine that does not answer',
    health(aHealth('worker/w2', { engines: [{ driver: 'docker', state: 'unreachable' }] })),
    ['bad | engines | worker/w2 | its docker does not answer: nothing is begun or ended there, what runs goes on'],
  ],
  [
    'an event that cannot be read',
    manager({
      seq: 41,
      quarantined: [
        { aggregate: 'events.job.web', seq: 7, reason: 'BadData', last: 7, count: 1, since: null, frozen: true },
      ],
      quarantinedCount: 3,
    }),
    [
      'bad | quarantine | events.job.web | sequence 7 cannot be read (BadData); nothing more is decided about this',
      'bad | quarantine | 2 more like these',
    ],
  ],
]

for (const [what, facts, said] of CASES) test(what, () => assert.equal(lines(facts), said))

test('while so many workers are silent that nothing is moved, nobody is told that it will be', () => {
  const next = (alarm: string | null): string | undefined =>
    diagnose(manager({ workers: { suspected: 2 }, alarm })).find(({ what }) => what === '2 workers not heard of')?.next
  assert.match(next(null) ?? '', /their instances move/)
  assert.match(next('too many are silent') ?? '', /nothing is moved/)
})

test('what is bad or to look at says what to do, but for an alarm, which says it itself', () => {
  for (const [, facts] of CASES) {
    for (const { check, next } of problemsIn(diagnose(facts))) assert.ok(check === 'alarm' || next !== undefined, check)
  }
})

test('what nobody says is told as unknown, and is no problem', () => {
  const facts = { ...server({ tags: ['eu'] }), space: { usedBytes: null, limitBytes: null, disk: null } }
  const unknown = diagnose(facts).filter(({ level }) => level === 'unknown')
  assert.equal(
    unknown.map(({ check }) => check),
    ['sync', 'space'],
  )
  assert.equal(lines(facts), [])
})

test('another clock is compared with the middle of the question, which it cannot be further from than half of it', () => {
  assert.equal(clockOf(5_000, 1_000, 1_100), { offsetMs: 3_950, errorMs: 50 })
})

test.run()
