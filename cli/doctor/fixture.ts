import type { StatusReply } from '#libs/api'
import type { Facts, HealthFact, ServerFact } from './facts'

/** What a manager or scheduler says of itself when all is well. */
export const aStatus = (service: string, more: Partial<StatusReply> = {}): StatusReply => ({
  service,
  version: '0.1.0',
  leading: true,
  alarm: null,
  troubles: [],
  uptimeMs: 61_000,
  seq: 40,
  jobs: { running: 1 },
  instances: { running: 2, pending: 1 },
  unready: 0,
  workers: { ready: 1 },
  closed: {},
  leaders: { manager: { holder: 'm1', epoch: 3, seq: 1 }, scheduler: { holder: 's1', epoch: 2, seq: 1 } },
  scheduling: { policy: 'spread', seed: null, preemption: false, placements: 3 },
  services: [],
  quarantined: [],
  quarantinedCount: 0,
  ignored: { stale: 0, illegal: 2 },
  ...more,
})

export const aHealth = (service: string, more: Partial<HealthFact> = {}): HealthFact => ({
  service,
  version: '0.1.0',
  host: 'a',
  pid: 1,
  time: 0,
  uptimeMs: 1,
  clock: { offsetMs: 2, errorMs: 3 },
  ...more,
})

export const aServer = (name: string, more: Partial<ServerFact> = {}): ServerFact => ({
  name,
  version: '2.15.1',
  tags: ['always'],
  clock: { offsetMs: 0, errorMs: 1 },
  ...more,
})

/** A small cluster that is well. */
export const wellFacts: Facts = {
  cluster: 'c1',
  log: {
    cluster: 'c1',
    archived: null,
    serverVersion: '2.15.1',
    sync: 'always',
    stream: 'ORK_EVENTS',
    firstSeq: 1,
    lastSeq: 42,
    bytes: 2048,
    maxBytes: null,
    replicas: 1,
    leader: null,
    time: 0,
    differs: [],
    borne: [],
  },
  streams: [{ name: 'ORK_EVENTS', replicas: 1, leader: null, copies: [], bytes: 2048, maxBytes: null }],
  silent: [],
  servers: [aServer('n1')],
  statuses: [aStatus('manager/m1'), aStatus('scheduler/s1')],
  health: [
    aHealth('manager/m1'),
    aHealth('scheduler/s1'),
    aHealth('worker/w1', { engines: [{ driver: 'docker', state: 'listed' }], unsent: 0 }),
  ],
  workers: [{ name: 'w1', state: 'ready' }],
  space: { usedBytes: 2048, limitBytes: null, disk: { dir: '/data', freeBytes: 50, sizeBytes: 100 } },
  snapshots: [{ seq: 30, cluster: 'c1', storedAt: 0 }],
}
