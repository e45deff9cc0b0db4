import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sleeper, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { eventOf } from '../../libs/testing/logEvents'
import { runOrk } from '../../libs/testing/ork'

const test = suite('a log at its limit')
const process_ = { driver: 'process' } as const
const PATIENCE_MS = 60_000

/** Fills the log with what changes nothing, so that a small share of it holds many events. */
const fill = async ({ connection }: TestCluster): Promise<number> => {
  const data = { job: 'gone', task: 'api', index: 0, worker: 'w1', attempt: 1, placement: 1 }
  const large = { type: 'TaskRejected', data: { ...data, reason: 'x'.repeat(20_000) } } as const
  await connection.log.append(Array.from({ length: 60 }, () => ({ event: eventOf(large) })))
  return (await connection.log.info()).bytes
}

/** A job whose one container ends by itself once there is a file at `trigger`. */
const fuse = (name: string, trigger: string) => {
  const command = 'while [ ! -e "$TRIGGER" ]; do sleep 0.1; done; rm "$TRIGGER"; exit 3'
  return sleeper(name, { ...process_, command: ['sh', '-c', command], env: { TRIGGER: trigger } })
}

const atTheReserve = async (cluster: TestCluster, trigger: string): Promise<void> => {
  const { connection, log, nats } = cluster
  await connection.log.limit(Math.floor((await fill(cluster)) / 0.95))
  const refused = await cluster.submit(sleeper('late', process_)).then(String, (cause: Error) => cause.message)
  assert.match(refused, /the log holds .* of at most .*: the rest is kept for what containers report/)
  const status = await runOrk(['status'], { nats: nats.url })
  assert.is(status.code, 1)
  assert.match(status.stdout, /of at most .*no job is taken and nothing is decided\n +raise the limit with/)

  const before = log.view.seq
  writeFileSync(trigger, '')
  await log.event('TaskExited', ({ job }) => job === 'web', before)
  await log.event('TaskStarted', ({ job }) => job === 'web', before)
  await cluster.stopJob('db')
  await log.event('TaskStopped', ({ job }) => job === 'db', before)
  assert.equal(log.all('JobStopped'), [], 'a decision has to wait')

  const raised = await runOrk(['cluster', 'limit-log', '1GiB'], { nats: nats.url })
  assert.equal([raised.code, /may grow as large as 1 GiB; jobs are taken up to/.test(raised.stdout)], [0, true])
  await log.event('JobStopped', ({ job }) => job === 'db', before, PATIENCE_MS)
  await cluster.submit(sleeper('late', process_))
  await log.running('late', 1, PATIENCE_MS)
}

const withNoRoomAtAll = async (cluster: TestCluster, trigger: string): Promise<void> => {
  const { connection, log, nats } = cluster
  await connection.log.limit((await connection.log.info()).bytes)
  const before = log.view.seq
  writeFileSync(trigger, '')
  const worker = cluster.service('w1')
  while (!/the log does not take facts/.test(worker.log())) await new Promise((resolve) => setTimeout(resolve, 50))
  assert.is(log.view.seq, before)
  const low = await runOrk(['cluster', 'limit-log', '1KiB'], { nats: nats.url })
  assert.equal([low.code, /takes .* already, more than 1 KiB/.test(low.stderr)], [1, true])
  assert.is((await runOrk(['cluster', 'limit-log', 'none'], { nats: nats.url })).code, 0)
  await log.event('TaskExited', ({ job }) => job === 'web', before, PATIENCE_MS)
  await log.event('TaskStarted', ({ job }) => job === 'web', before, PATIENCE_MS)
}

test('it takes no more jobs, still takes what containers report, keeps that waiting at the very end, and goes on once raised', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-full-'))
  const trigger = join(dir, 'trigger')
  try {
    await withCluster(process_, async (cluster) => {
      await cluster.submit(fuse('web', trigger))
      await cluster.submit(sleeper('db', process_))
      await cluster.log.running('web', 1)
      await cluster.log.running('db', 1)
      await atTheReserve(cluster, trigger)
      await withNoRoomAtAll(cluster, trigger)
    })
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
})

test.run()
