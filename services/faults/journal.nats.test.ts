import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject, type WorkerReply } from '#libs/api'
import type { EventOf } from '#libs/events'
import type { JobSpec } from '#libs/spec'
import {
  assertOneContainerEach,
  eventually,
  fillDisk,
  noSmallDisk,
  onSmallDisk,
  sleeper,
  sleeperTask,
  type TestCluster,
  withCluster,
} from '../../libs/testing/cluster'
import { FULL, tell } from './figures'

const test = suite('journal')

const AWAY_MS = FULL ? 600_000 : 10_000
const INSTANCES = 4

/** Ends with code 7 again and again, and counts its runs in a file; long enough that its restarts are not slowed down. */
const busy = (runs: string): JobSpec => {
  const restart = { policy: 'always', attempts: null, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 } as const
  const command = ['sh', '-c', 'echo run >>"$RUNS"; sleep 1.1; exit 7']
  return {
    name: 'busy',
    kind: 'service',
    tasks: [sleeperTask({ driver: 'process', replicas: INSTANCES, command, env: { RUNS: runs }, restart })],
  }
}

/** What was told of one instance, by attempt, in the order of the log. */
const chainOf = ({ log }: TestCluster, index: number): string[] =>
  log.entries.flatMap(({ event }) => {
    if (event.type !== 'TaskStarted' && event.type !== 'TaskExited' && event.type !== 'TaskRestarting') return []
    const { data } = event as unknown as EventOf<'TaskStarted' | 'TaskExited' | 'TaskRestarting'>
    return data.job === 'busy' && data.index === index ? [`${event.type} ${data.attempt}`] : []
  })

/** Each attempt starts, ends, and is followed by the next: no gap, no repeat, nothing out of order. */
const assertWhole = (chain: readonly string[]): void => {
  const expected = chain.map((_, at) => {
    const attempt = Math.floor(at / 3) + 1
    return [`TaskStarted ${attempt}`, `TaskExited ${attempt}`, `TaskRestarting ${attempt + 1}`][at % 3]
  })
  assert.equal(chain, expected)
}

const journalFiles = (dir: string): string[] => {
  const journal = join(dir, 'journal')
  try {
    return readdirSync(journal).map((name) => join(journal, name))
  } catch {
    return []
  }
}

test('NATS is away under load, and the worker is killed meanwhile: every fact arrives, in order, once', () =>
  withCluster({ driver: 'process' }, async (cluster) => {
    const { log, nats } = cluster
    const worker = cluster.service('w1')
    const runs = join(worker.dir, 'runs')
    await cluster.submit(busy(runs))
    await log.running('busy', INSTANCES)
    const from = log.view.seq + 1
    await nats.kill()
    await pause(AWAY_MS * 0.8)
    assert.is(journalFiles(worker.dir).length, 1)
    await worker.kill()
    await pause(AWAY_MS * 0.2)
    await nats.start()
    const backAt = Date.now()
    await worker.start()
    await log.event('WorkerRegistered', () => true, from, 60_000)
    const arrivedMs = Date.now() - backAt
    const facts = log.entries.filter(({ seq }) => seq >= from).length
    await log.until('it goes on', () => log.all('TaskStarted', log.view.seq - 8).length >= 2, 60_000)
    await cluster.stopJob('busy')
    await log.until('the job is stopped', ({ jobs }) => jobs.get('busy')?.state === 'stopped', 60_000)
    const chains = Array.from({ length: INSTANCES }, (_, index) => chainOf(cluster, index))
    for (const chain of chains) assertWhole(chain)
    assert.ok(
      log.all('TaskExited').every(({ data }) => data.exitCode === 7),
      'no exit code is lost',
    )
    const started = log.all('TaskStarted').length
    const ran = readFileSync(runs, 'utf8').trim().split('\n').length
    assert.ok(ran - started <= INSTANCES, 'of one that is just being started when the stop comes no start is told')
    await eventually('the journal is empty', async () => journalFiles(worker.dir).length === 0, 60_000)
    tell('NATS away under load, worker killed', { awayMs: AWAY_MS, facts, lost: 0, twice: 0, arrivedMs, runs: ran })
  }))

const LOST = ['TaskExited 1', 'TaskRestarting 2', 'TaskStarted 2'] as const

/** One task for each fact that will be lost: its first run ends with code 7 when the flag is there, its second goes on. */
const losing = (dir: string): JobSpec => ({
  name: 'loses',
  kind: 'service',
  tasks: LOST.map((_, at) =>
    sleeperTask({
      name: `t${at}`,
      driver: 'process',
      command: [
        'sh',
        '-c',
        'echo run >>"$RUNS"; [ -e "$RUNS.2" ] && exec sleep 900; touch "$RUNS.2"; until [ -e "$FLAG" ]; do sleep 0.1; done; exit 7',
      ],
      env: { RUNS: join(dir, `runs-${at}`), FLAG: join(dir, 'flag') },
    }),
  ),
})

/** Changes one bit of the record of each fact that is to be lost. */
const damage = (path: string): void => {
  const bytes = readFileSync(path)
  for (const [at, fact] of LOST.entries()) {
    const [type, attempt] = fact.split(' ')
    const place = bytes.toString('latin1').search(new RegExp(`/${attempt}/${type}","instance":"loses\\.t${at}\\.0"`))
    assert.ok(place > 0, fact)
    bytes[place] = (bytes[place] ?? 0) ^ 1
  }
  writeFileSync(path, bytes)
}

test('bytes in the middle of the journal are changed: it is said where, and what that lost is told again', () =>
  withCluster({ driver: 'process' }, async (cluster) => {
    const { log, nats } = cluster
    const worker = cluster.service('w1')
    await cluster.submit(losing(worker.dir))
    await log.running('loses', LOST.length)
    const from = log.view.seq + 1
    await nats.kill()
    writeFileSync(join(worker.dir, 'flag'), '')
    const kept = (): string =>
      journalFiles(worker.dir)
        .map((name) => readFileSync(name, 'utf8'))
        .join('')
    const isKept = async () => (kept().match(/"type":"TaskStarted"/g) ?? []).length === LOST.length
    await eventually('all have been restarted, and it is kept', isKept, 60_000)
    await worker.kill()
    damage(journalFiles(worker.dir)[0] ?? '')
    await nats.start()
    await worker.start()
    const again = () => log.instances('loses').every(({ state, attempt }) => state === 'running' && attempt === 2)
    await log.until('the log knows what runs', again)
    await assertOneContainerEach(cluster)
    // the last record of the file cannot be told from one that was being written when the power went
    const said =
      /"offset":\d+,"bytes":\d+,"msg":"(the journal is damaged: left out|the end of the journal is torn: cut off)"/g
    assert.is((worker.log().match(said) ?? []).length, LOST.length)
    for (const at of LOST.keys()) {
      assert.is(readFileSync(join(worker.dir, `runs-${at}`), 'utf8'), 'run\nrun\n', 'nothing was started again')
    }
    assert.ok(
      log.all('TaskExited', from).every(({ data }) => data.exitCode === 7),
      'no exit code is lost',
    )
  }))

const troublesOf = async ({ connection }: TestCluster): Promise<readonly string[]> => {
  const answer = await connection.bus.request(apiSubject(connection.prefix, 'worker'), { worker: 'w1' }, 10_000)
  return E.isLeft(answer) ? [] : (answer.right as WorkerReply).troubles
}

const smallDisk = (dir: string): (() => void) => onSmallDisk(dir, 8)

const diskFull = (): Promise<void> =>
  withCluster({ driver: 'process', prepare: smallDisk, workerFlags: ['--reserve-disk', '1MiB'] }, async (cluster) => {
    const { log, nats } = cluster
    const worker = cluster.service('w1')
    await cluster.submit(sleeper('web', { driver: 'process', replicas: 2 }))
    await cluster.submit(
      sleeper('ends', {
        driver: 'process',
        command: ['sh', '-c', 'sleep 8; exit 7'],
        restart: { policy: 'never', attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 },
      }),
    )
    await log.running('web', 2)
    await log.running('ends', 1)
    const from = log.view.seq + 1
    const filler = join(worker.dir, 'filler')
    fillDisk(filler)
    await eventually('it says that its disk is full', async () => (await troublesOf(cluster)).length > 0, 30_000)
    const [said = ''] = await troublesOf(cluster)
    await nats.kill()
    await eventually('it says so in its log', async () => /journal cannot be written/.test(worker.log()), 40_000)
    assert.is((await cluster.containers()).filter(({ running }) => running).length, 2)
    await nats.start()
    await log.event('TaskExited', ({ job }) => job === 'ends', from, 60_000)
    rmSync(filler)
    await eventually('all is well again', async () => (await troublesOf(cluster)).length === 0, 60_000)
    await cluster.submitSurely(sleeper('later', { driver: 'process' }))
    await log.running('later', 1, 60_000)
    assert.equal(
      log.all('TaskStarted', from).filter(({ data }) => data.job === 'web'),
      [],
    )
    tell('disk full under the data folder', { said, restarted: 0, lost: 0 })
  })

const DISK = 'the disk under the data folder is full: what runs goes on, it is said, and all is well once there is room'
const reason = noSmallDisk()
if (reason === null) test(DISK, diskFull)
else {
  console.log(`SKIPPED: ${DISK}: ${reason}`)
  test.skip(DISK, diskFull)
}

test.run()
