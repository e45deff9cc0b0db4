import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject, type StatusReply } from '#libs/api'
import type { JobSpec, OnDisconnect } from '#libs/spec'
import {
  assertOneContainerEach,
  eventually,
  noNetworks,
  simulatedWorkers,
  sleeper,
  sleeperTask,
  type TestCluster,
  withCluster,
} from '../../libs/testing/cluster'
import { FULL, tell } from './figures'

const test = suite('workers apart')

/** At least; in any case until a singleton whose worker stops it by itself is replaced: 15 s, its grace, and 2 s. */
const CUT_MS = FULL ? 60_000 : 0

/** Three of them, one on each worker, that write down who they are ten times a second for as long as they run. */
const diary = (name: string, onDisconnect: OnDisconnect, file: string): JobSpec => {
  const script = 'trap "exit 0" TERM; while :; do echo "$$ $(date +%s%N)" >>"$DIARY"; sleep 0.1 & wait $!; done'
  const task = sleeperTask({ driver: 'process', command: ['sh', '-c', script], env: { DIARY: file }, onDisconnect })
  return { name, kind: 'service', tasks: [{ ...task, stop: { signal: 'SIGTERM', graceMs: 1_000 } }] }
}

interface Stay {
  readonly from: number
  readonly to: number
}

/** When each process that wrote in a diary was there, in milliseconds since 1970, the earliest first. */
const staysIn = (file: string): Stay[] => {
  const stays = new Map<string, Stay>()
  for (const line of readFileSync(file, 'utf8').trim().split('\n')) {
    const [pid = '', nanoseconds = '0'] = line.split(' ')
    const at = Number(nanoseconds) / 1e6
    stays.set(pid, { from: stays.get(pid)?.from ?? at, to: at })
  }
  return [...stays.values()].sort((a, b) => a.from - b.from)
}

const onWorker = (cluster: TestCluster, jobs: readonly string[], worker: string): string =>
  jobs.find((job) => cluster.log.instances(job)[0]?.worker === worker) ?? `none of ${jobs} on ${worker}`

const since = (from: number, { time }: { readonly time: string }): number => Date.parse(time) - from

const cablePulled = async (): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-diaries-'))
  const file = (job: string): string => join(dir, job)
  const one = { driver: 'process', workers: 3, networks: ['w1'] } as const
  try {
    await withCluster(one, async (cluster) => {
      const { log } = cluster
      const names = (kind: string): string[] => [1, 2, 3].map((n) => `${kind}-${n}`)
      for (const job of names('single')) await cluster.submit(diary(job, 'stop', file(job)))
      for (const job of names('waits')) await cluster.submit(diary(job, 'wait', file(job)))
      await cluster.submit(sleeper('web', { driver: 'process', replicas: 3 }))
      for (const job of [...names('single'), ...names('waits')]) await log.running(job, 1)
      await log.running('web', 3)
      const single = onWorker(cluster, names('single'), 'w1')
      const waits = onWorker(cluster, names('waits'), 'w1')
      const before = (await cluster.containers()).filter(({ worker }) => worker === 'w1')
      const cutAt = Date.now()
      const from = log.view.seq + 1
      await cluster.network('w1').cut()
      const suspected = await log.event('WorkerSuspected', ({ worker }) => worker === 'w1', from, 30_000)
      const lost = await log.event('WorkerLost', ({ worker }) => worker === 'w1', from, 60_000)
      const replaced = await log.event('TaskStarted', ({ job }) => job === 'web', from, 60_000)
      const again = await log.event('TaskStarted', ({ job }) => job === single, from, 60_000)
      await pause(Math.max(0, cutAt + CUT_MS - Date.now()))
      await cluster.network('w1').mend()
      const mendedAt = Date.now()
      const superseded = before.filter(({ instance }) => instance.startsWith('web.')).map(({ id }) => id)
      const left = async () =>
        (await cluster.containers()).filter(({ id, running }) => running && superseded.includes(id))
      await eventually('what was taken from it has ended', async () => (await left()).length === 0, 60_000)
      const endedMs = Date.now() - mendedAt
      await log.until('it is back', ({ workers }) => workers.get('w1')?.state === 'ready', 60_000)
      await cluster.submitSurely(sleeper('later', { driver: 'process', replicas: 3 }))
      await log.running('later', 3, 60_000)

      const stays = staysIn(file(single))
      const [first, second] = stays
      assert.is(stays.length, 2)
      assert.ok(first !== undefined && second !== undefined && first.to < second.from, 'it was never there twice')
      assert.is(staysIn(file(waits)).length, 1, 'one that waits is neither replaced nor stopped')
      assert.equal(
        log.all('TaskLost', from).filter(({ data }) => data.job === waits),
        [],
      )
      await assertOneContainerEach(cluster)
      tell('worker cut off', {
        cutMs: mendedAt - cutAt,
        suspectedMs: since(cutAt, suspected),
        lostMs: since(cutAt, lost),
        replacedAfterLostMs: since(Date.parse(lost.time), replaced),
        singletonStoppedMs: Math.round((first?.to ?? 0) - cutAt),
        singletonAgainMs: since(cutAt, again),
        singletonGapMs: Math.round((second?.from ?? 0) - (first?.to ?? 0)),
        supersededEndedMs: endedMs,
      })
      if (FULL) assert.ok(endedMs < 5_000)
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const CABLE = 'a worker whose cable is pulled: what may run twice is replaced, what must not is never there twice'
const reason = noNetworks()
if (reason === null) test(CABLE, cablePulled)
else {
  console.log(`SKIPPED: ${CABLE}: ${reason}`)
  test.skip(CABLE, cablePulled)
}

const statusOf = async ({ connection }: TestCluster): Promise<StatusReply> => {
  const answer = await connection.bus.request(apiSubject(connection.prefix, 'status'), {}, 10_000)
  if (E.isLeft(answer)) throw new Error(answer.left.what)
  return answer.right as StatusReply
}

test('eleven of twenty workers fall silent at once: nothing is moved, and one alarm says why', () =>
  withCluster({ driver: 'process', workers: 0 }, async (cluster) => {
    const { log, nats } = cluster
    const workers = await simulatedWorkers(nats.url, 20)
    try {
      await cluster.submit(sleeper('web', { driver: 'simulated', replicas: 60 }))
      await log.running('web', 60)
      const from = log.view.seq + 1
      const cutAt = Date.now()
      await workers.lose(11)
      await log.until('eleven are suspected', () => log.all('WorkerSuspected', from).length === 11, 60_000)
      await eventually('the alarm', async () => (await statusOf(cluster).catch(() => null))?.alarm != null, 60_000)
      const alarmMs = Date.now() - cutAt
      await pause(2_000)
      const services = (await cluster.connection.bus.requestAll(
        apiSubject(cluster.connection.prefix, 'status'),
        {},
        2_000,
      )) as readonly StatusReply[]
      const alarms = services.flatMap(({ alarm }) => alarm ?? [])
      assert.is(alarms.length, 1)
      assert.match(alarms[0] ?? '', /^11 of 20 workers are silent at once; nothing is moved/)
      assert.equal(
        [log.all('WorkerLost', from), log.all('TaskLost', from), log.all('TaskScheduled', from)],
        [[], [], []],
      )
      tell('55 % of the workers lost at once', { workers: 20, silent: 11, rescheduled: 0, alarms: 1, alarmMs })
    } finally {
      await workers.stop()
    }
  }))

test.run()
