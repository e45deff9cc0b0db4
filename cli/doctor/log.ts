import * as O from 'fp-ts/Option'
import { formatBytes } from '#libs/kernel'
import { reserveReached, type StreamState } from '#libs/log'
import { compareVersions, isNewEnough, MINIMUM_VERSION, parseVersion } from '#libs/nats-server'
import { count } from '../render/sentence'
import { copiesText } from '../render/streams'
import type { Facts, Finding, ServerFact } from './facts'

/** What is to be said of the servers, and of how they keep the log. */
export const checkLog = (facts: Facts): readonly Finding[] => [
  ...checkVersions(facts),
  ...checkSilent(facts),
  ...checkReplication(facts),
  ...checkSettings(facts),
  checkSync(facts),
  ...checkSpace(facts),
  ...checkSnapshots(facts),
]

const checkVersions = ({ servers, log }: Facts): readonly Finding[] => {
  const check = 'server version'
  const seen = servers.length > 0 ? servers : [{ name: 'the server that answers', version: log.serverVersion }]
  const next = 'update it: take one server after the other, and wait for `ork doctor` to be well in between'
  const findings = seen.flatMap(({ name, version }): Finding[] => {
    const parsed = parseVersion(version)
    if (O.isSome(parsed) && isNewEnough(parsed.value)) return []
    const what = `nats-server ${version} is older than ${MINIMUM_VERSION.text}: it would break what ork writes`
    return [{ check, level: 'bad', where: name, what, next }]
  })
  if (findings.length > 0) return findings
  const versions = [...new Set(seen.map(({ version }) => version))].sort(byVersion)
  if (versions.length > 1) {
    const what = `the servers differ: ${seen.map(({ name, version }) => `${name} runs ${version}`).join(', ')}`
    return [{ check, level: 'warn', what, next: `bring all to ${versions.at(-1)}` }]
  }
  return [{ check, level: 'ok', what: `${count(seen.length, 'nats-server')}, ${versions[0]}` }]
}

const byVersion = (a: string, b: string): number => {
  const [left, right] = [parseVersion(a), parseVersion(b)]
  return O.isSome(left) && O.isSome(right) ? compareVersions(left.value, right.value) : 0
}

/** The log itself answers, else nothing could be said at all; so it is what is kept beside it. */
const checkSilent = ({ silent }: Facts): readonly Finding[] =>
  silent.map(({ where, what, next }) => ({
    check: 'streams',
    level: 'bad',
    what,
    ...(where === undefined ? {} : { where }),
    ...(next === undefined ? {} : { next }),
  }))

const checkReplication = ({ streams, servers }: Facts): readonly Finding[] =>
  streams.map((stream) => ({ check: 'replication', where: stream.name, ...replicationOf(stream, servers.length) }))

const replicationOf = (stream: StreamState, servers: number): Omit<Finding, 'check'> => {
  const { replicas, leader, copies } = stream
  const what = copiesText(stream)
  if (replicas > 1 && leader === null) {
    return { level: 'bad', what: `${what}: nothing can be written`, next: 'bring back a majority of the nats-servers' }
  }
  const offline = copies.filter(({ state }) => state === 'offline').map(({ server }) => server)
  if (offline.length > 0) {
    const next = `bring ${offline.join(' and ')} back: with one more gone nothing can be written`
    return { level: 'bad', what, next }
  }
  if (copies.some(({ state }) => state === 'lagging') || copies.length < replicas - 1) {
    return { level: 'warn', what, next: 'it is catching up; until then the loss of another server stops all writes' }
  }
  if (servers > 0 && servers < replicas) {
    const next = 'one hangs or is cut off from here: look at it; with one more gone nothing can be written'
    return {
      level: 'warn',
      what: `${what}; but only ${count(servers, 'server')} ${servers === 1 ? 'answers' : 'answer'}`,
      next,
    }
  }
  if (replicas === 1 && servers >= 3) {
    const next = '`ork cluster resize-log --replicas 3` keeps it on three'
    return { level: 'warn', what: `${what} of ${servers} servers: while that one is away nothing can be written`, next }
  }
  return { level: 'ok', what }
}

/** Whatever could be changed back keeps every service and command from starting, this one too. */
const checkSettings = ({ log: { stream, borne } }: Facts): readonly Finding[] =>
  borne.map((what) => ({
    check: 'stream settings',
    level: 'warn',
    where: stream,
    what: `somebody has changed it: ${what}`,
    next: 'the servers let nobody lift it. See that they have room for the log to grow, and who may change streams',
  }))

const checkSync = ({ servers, log }: Facts): Finding => {
  const check = 'sync'
  const told = servers.filter((server) => syncOf(server) !== null)
  const lax = told.filter((server) => syncOf(server) !== 'always')
  if (lax.length > 0) {
    const names = lax.map((server) => `${server.name} every ${syncOf(server)}`).join(', ')
    const what = `not every write is synced to disk (${names}): a power cut may cost what was acknowledged last`
    const next = 'set `sync_interval: always` (nats/server.conf), unless that is what you want'
    return { check, level: log.sync === 'always' ? 'bad' : 'warn', what, next }
  }
  if (told.length > 0 && told.length === servers.length) {
    return { check, level: 'ok', what: 'every write is on disk before it is acknowledged' }
  }
  const made =
    log.sync === 'always' ? 'the log was made for servers that sync every write' : 'the log was made for speed'
  const next = 'start them with the files in nats/, whose `server_tags` tell it, or look for `sync_interval: always`'
  return { check, level: 'unknown', what: `${made}; the servers do not say whether they do`, next }
}

/** What ork's own configuration files say in the server's tags: `always`, or an interval such as `2m`. */
const syncOf = ({ tags }: ServerFact): string | null =>
  tags.find((tag) => tag === 'always' || /^\d+(ms|s|m|h)$/.test(tag)) ?? null

/** By then the leading manager has taken one. */
const SNAPSHOT_DUE = 100_000

const checkSnapshots = ({ snapshots, log, cluster, silent }: Facts): readonly Finding[] => {
  const check = 'snapshots'
  if (snapshots === null) {
    const what = silent.length > 0 ? 'nobody could list them' : 'this login may not list them'
    return [{ check, level: 'unknown', what }]
  }
  const own = snapshots.filter((one) => one.cluster === cluster)
  const newest = own[0]?.seq ?? 0
  if (newest > log.lastSeq) {
    const what = `one was taken at sequence ${newest}, and the log ends at ${log.lastSeq}: it has lost events`
    const next =
      'stop all services; bring back the servers that have the newest copy, or `ork restore` a backup, or live with the loss: ' +
      '`ork snapshot list` names what to `ork snapshot remove`'
    return [{ check, level: 'bad', what, next }]
  }
  if (newest + 1 < log.firstSeq) {
    const has = newest === 0 ? 'there is no snapshot' : `the newest snapshot ends at ${newest}`
    const what = `the log begins at ${log.firstSeq} and ${has}: no service can start`
    const next =
      '`ork snapshot take --archive DIR` makes one from the archive; where it was purged by hand, the leading manager ' +
      'leaves one when it is stopped with SIGTERM'
    return [{ check, level: 'bad', what, next }]
  }
  const behind = log.lastSeq - newest
  if (behind > SNAPSHOT_DUE) {
    const next = 'the leading manager takes them: its log says why it does not'
    const what = `the newest is ${count(behind, 'event')} behind the log: services that start read all of them`
    return [{ check, level: 'warn', what, next }]
  }
  return [
    {
      check,
      level: 'ok',
      what: newest === 0 ? 'none yet, the log is short' : `${own.length}, the newest of sequence ${newest}`,
    },
  ]
}

/** Of what there is, how little may be left. */
const LOW = { warn: 0.2, bad: 0.05 }

const checkSpace = ({ space, streams, log }: Facts): readonly Finding[] => {
  const check = 'space'
  const findings = streams.flatMap(({ name, bytes, maxBytes }): Finding[] => {
    if (maxBytes === null) return []
    const full = name === log.stream ? reserveReached(log) : null
    if (full !== null) {
      return [
        {
          check,
          where: name,
          level: 'bad',
          what: `${full.what}; no job is taken and nothing is decided`,
          next: full.next ?? '',
        },
      ]
    }
    const next = '`ork archive` moves the past into files, `ork cluster limit-log SIZE` raises the limit'
    return [{ check, where: name, ...levelOf(maxBytes - bytes, maxBytes), next }]
  })
  if (space.limitBytes !== null && space.usedBytes !== null) {
    const left = levelOf(space.limitBytes - space.usedBytes, space.limitBytes)
    findings.push({ check, where: 'JetStream account', ...left, next: 'raise its max_file' })
  }
  if (space.disk !== null) {
    const { dir, freeBytes, sizeBytes } = space.disk
    findings.push({ check, where: dir, ...levelOf(freeBytes, sizeBytes), next: 'make room on this disk' })
  }
  if (findings.length > 0)
    return findings.map(({ next, ...rest }) => (rest.level === 'ok' || next === undefined ? rest : { ...rest, next }))
  const used = space.usedBytes === null ? '' : `${formatBytes(space.usedBytes)} stored, no limit set; `
  return [
    {
      check,
      level: 'unknown',
      what: `${used}the servers tell the room on their disks to nobody but their system account`,
      next: 'on each server: `df -h STORE_DIR`, the store_dir of its configuration (docker-compose.yml: `docker compose exec nats-1 df -h /data`)',
    },
  ]
}

const levelOf = (free: number, size: number): Pick<Finding, 'level' | 'what'> => ({
  level: free < size * LOW.bad ? 'bad' : free < size * LOW.warn ? 'warn' : 'ok',
  what: `${formatBytes(Math.max(0, free))} of ${formatBytes(size)} free`,
})
