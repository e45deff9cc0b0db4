import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry } from '#libs/events'
import { openBundle } from '#libs/log'
import { type OrkProcess, type OrkRun, runOrk, startOrk } from '../../libs/testing/ork'
import { recomputedDifferences } from '../../libs/testing/recomputed'

interface Context {
  dev: OrkProcess
  data: string
  url: string
}

const test = suite<Context>('commands on a cluster')

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const jobFile = (
  name: string,
  more: { replicas?: number; cpu?: number; script?: string; kind?: string; canary?: number; healthy?: string } = {},
): string =>
  JSON.stringify({
    name,
    kind: more.kind ?? 'service',
    tasks: [
      {
        name: 'main',
        driver: 'process',
        command: ['sh', '-c', more.script ?? 'echo up; exec sleep 1000'],
        replicas: more.replicas ?? 1,
        resources: { cpu: more.cpu ?? 0.01, memory: '8MiB' },
        restart: { policy: 'never' },
        stop: { grace: '5s' },
        update: { minHealthyTime: more.healthy ?? '0s', canary: more.canary ?? 0 },
      },
    ],
  })

const json = ({ stdout }: OrkRun): Record<string, unknown>[] =>
  stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))

const one = (run: OrkRun): Record<string, unknown> => {
  const [first] = json(run)
  if (first === undefined) throw new Error(`no JSON on stdout; stderr: ${run.stderr}`)
  return first
}

const coresOf = (worker: Record<string, unknown>): number => (worker.capacity as { cpuMilli: number }).cpuMilli / 1000

test.before(async (context) => {
  context.data = mkdtempSync(join(tmpdir(), 'ork-cluster-'))
  const port = await freePort()
  context.url = `nats://127.0.0.1:${port}`
  context.dev = startOrk(['dev', '--driver', 'process', '--data', context.data, '--port', String(port)])
  await context.dev.untilStdout(/Ctrl-C/)
})
test.after(async ({ dev, data }) => {
  dev.child.kill('SIGTERM')
  const { code } = await dev.ended
  rmSync(data, { recursive: true, force: true })
  assert.is(code, 0)
})

test('a job is submitted from standard input, followed until it runs, looked at, and stopped', async ({ url }) => {
  const ork = (...args: string[]) => runOrk(args, { nats: url, input: jobFile('web', { replicas: 2 }) })
  const submitted = await ork('submit', '-')
  assert.equal([submitted.code, submitted.stderr], [0, ''])
  assert.match(submitted.stdout, /^web version 1 submitted, sequence \d+\n/)
  assert.match(submitted.stdout, /web\.main\.1 {2}is placed on w1 as attempt 1/)
  assert.match(submitted.stdout, /\nweb version 1 runs: 2 instances/)

  const again = await ork('submit', '-')
  assert.is(again.code, 0)
  assert.match(again.stdout, /^web is unchanged: it is version 1, submitted at sequence \d+\nweb version 1 runs/)

  assert.match((await ork('jobs')).stdout, /^web +service +running +1 +2\/2 +2 running/m)
  assert.match((await ork('job', 'web')).stdout, /main +process +- +2 +0.01 cpu, 8 MiB memory/)
  assert.equal(
    json(await ork('tasks', '--job', 'web', '--state', 'running', '--json')).map(({ id }) => id),
    ['web.main.0', 'web.main.1'],
  )
  const task = one(await ork('task', 'web.main.0', '--json'))
  assert.equal(
    (task.history as { type: string }[]).map(({ type }) => type),
    ['TaskScheduled', 'TaskStarted'],
  )
  assert.match((await ork('workers')).stdout, /^w1 +ready +.* 2 +0.02\/\d/m)
  assert.match((await ork('worker', 'w1')).stdout, /^web\.main\.0 +running +w1/m)
  const logs = await ork('logs', 'web.main.0')
  assert.equal([logs.code, logs.stdout], [0, 'up\n'])

  const stopped = await ork('stop', 'web', '--reason', 'enough')
  assert.is(stopped.code, 0)
  assert.match(stopped.stdout, /web {2}is to stop \(asked by .*\): enough\n/)
  assert.match(stopped.stdout, /\nweb has stopped/)
  assert.is((await ork('stop', 'web')).stdout, 'web has stopped already\n')
})

test('a new version is followed from what the old one left', async ({ url }) => {
  const submit = (replicas: number, script?: string) =>
    runOrk(['submit', '-', '--json'], {
      nats: url,
      input: jobFile('grow', { replicas, ...(script === undefined ? {} : { script }) }),
    })
  assert.is(one(await submit(1)).result, 'running')
  const grown = one(await submit(2))
  assert.equal([grown.version, grown.result], [2, 'running'])
  const changed = one(await submit(2, 'exec sleep 999'))
  assert.equal([changed.version, changed.result], [3, 'running'])
  const instances = changed.instances as { version: number }[]
  assert.equal(
    instances.map(({ version }) => version),
    [3, 3],
  )
  await runOrk(['stop', 'grow'], { nats: url })
})

test('a task that is scaled down is followed until the surplus instances have stopped', async ({ url }) => {
  await runOrk(['submit', '-'], { nats: url, input: jobFile('lean', { replicas: 3 }) })
  const { code, stdout } = await runOrk(['scale', 'lean.main', '1'], { nats: url })
  assert.is(code, 0)
  assert.match(stdout, /lean\.main\.1 {2}attempt 1 has stopped/)
  assert.match(stdout, /lean\.main\.2 {2}attempt 1 has stopped/)
  assert.match(stdout, /\nlean version 2 runs: 1 instance /)
  await runOrk(['stop', 'lean'], { nats: url })
})

test('a cron job is run when it is asked to, with what it is told, and a run that fails is told to have', async ({
  url,
}) => {
  const script = 'echo "$ORK_RUN $DAY"; test "$DAY" != never'
  const job = { ...JSON.parse(jobFile('tick', { kind: 'cron', script })), cron: { params: { DAY: 'today' } } }
  const { stdout: submitted } = await runOrk(['submit', '-'], { nats: url, input: JSON.stringify(job) })
  assert.match(submitted, /\ntick version 1 runs only when it is asked to\n/)
  const ran = one(await runOrk(['run', 'tick', '--param', 'DAY=monday', '--json'], { nats: url }))
  assert.equal([ran.outcome, ran.result], ['done', 'completed'])
  const { stdout: logs } = await runOrk(['logs', 'tick.main.0'], { nats: url })
  assert.is(logs, `${ran.run} monday\n`)
  const failed = await runOrk(['run', 'tick', '--param', 'DAY=never'], { nats: url })
  assert.is(failed.code, 1)
  assert.match(failed.stderr, /has failed: 1 instance did not succeed/)
  const { stdout: shown } = await runOrk(['job', 'tick'], { nats: url })
  assert.match(shown, /DAY=never\n.* completed .*DAY=monday\n/)
  assert.is((await runOrk(['run', 'tick', '--param', 'HOUR=1'], { nats: url })).code, 1)
  await runOrk(['stop', 'tick'], { nats: url })
})

test('canaries wait to be promoted, and any version can be gone back to', async ({ url }) => {
  const file = (script: string) => jobFile('roll', { replicas: 2, canary: 1, script: `exec sleep ${script}` })
  const ork = (...args: string[]) => runOrk(args, { nats: url })
  const submit = (script: string, ...flags: string[]) =>
    runOrk(['submit', '-', ...flags], { nats: url, input: file(script) })
  assert.is((await submit('901')).code, 0)
  const looked = await runOrk(['plan', '-'], { nats: url, input: file('902') })
  assert.is(looked.code, 1)
  assert.match(looked.stdout, /2 replaced; .*`ork promote`\n {2}~ roll\.main\.0 {2}w1 → w1\n/)
  const late = await submit('902', '--check-version', '7')
  assert.equal([late.code, late.stderr.split('\n')[0]], [1, 'roll is at version 1, not 7: nothing was submitted'])
  const canary = await submit('902', '--check-version', '1', '--reason', 'quicker')
  assert.match(canary.stdout, /its canaries run, the others wait; `ork promote roll` or `ork revert roll`\n$/)
  const { stdout: shown } = await ork('job', 'roll')
  assert.match(shown, /^Update +running since .*: 1 to replace, its canaries are up, `ork promote roll` has .*$/m)
  assert.match((await ork('pause', 'roll', '--reason', 'wait')).stdout, /^roll: the update to version 2 is paused/)
  assert.match((await ork('job', 'roll')).stdout, /^Update +paused since .*: wait, 1 to replace$/m)
  assert.match(
    (await ork('promote', 'roll')).stdout,
    /is promoted, and is paused: `ork resume roll` has the other .*\n$/,
  )
  assert.match((await ork('resume', 'roll')).stdout, /goes on\n$/)
  assert.is(one(await submit('902', '--json')).result, 'running', 'the same file again follows what is under way')
  const tired = await ork('pause', 'roll')
  assert.is(tired.code, 1)
  assert.match(tired.stderr, /roll is not being updated: it is version 2, and its update has succeeded/)
  const back = await ork('revert', 'roll', '--detach', '--reason', 'slow')
  assert.match(back.stdout, /^roll version 3 is version 1 again, sequence \d+\n$/)
  assert.match((await ork('events', '--job', 'roll')).stdout, /version 3 is version 1 again \(asked by .*\): slow/)
  assert.match((await ork('revert', 'roll', '--to', '7')).stderr, /roll has no version 7 to go back to/)
  assert.is(one(await ork('scale', 'roll.main', '0', '--json')).version, 4)
  assert.equal(
    json(await ork('history', 'roll', '--json')).map(({ version, what, reason }) => [version, what, reason]),
    [
      [1, 'submitted', null],
      [2, 'submitted', 'quicker'],
      [3, 'version 1 again', 'slow'],
      [4, 'main x0', null],
    ],
  )
  assert.match((await ork('diff', 'roll', '1', '2')).stdout, /from version 1 to 2\n {2}~ .*901 → .*902\n$/)
  await ork('stop', 'roll')
})

test('an update that fails says so, and why', async ({ url }) => {
  const submit = (script: string) =>
    runOrk(['submit', '-'], { nats: url, input: jobFile('sour', { replicas: 2, script, healthy: '1s' }) })
  assert.is((await submit('exec sleep 901')).code, 0)
  const { code, stderr } = await submit('exit 3')
  assert.is(code, 1)
  assert.match(stderr, /the update of sour to version 2 has failed: sour\.main\.0 failed: exit code 3/)
  const running = json(await runOrk(['tasks', '--job', 'sour', '--json'], { nats: url }))
  assert.equal(
    running.map(({ id, state, version }) => [id, state, version]),
    [
      ['sour.main.0', 'failed', 2],
      ['sour.main.1', 'running', 1],
    ],
  )
  await runOrk(['stop', 'sour'], { nats: url })
})

test('a batch job is followed until it has completed, and fails the command when it failed', async ({ url }) => {
  const ork = (...args: string[]) =>
    runOrk(args, { nats: url, input: jobFile('sum', { kind: 'batch', script: 'echo 42' }) })
  const done = await ork('submit', '-')
  assert.is(done.code, 0)
  assert.match(done.stdout, /sum version 1 has completed/)
  const input = jobFile('sum', { kind: 'batch', script: 'echo no; exit 3' })
  const failed = await runOrk(['submit', '-'], { nats: url, input })
  assert.is(failed.code, 1)
  assert.match(failed.stderr, /sum has 1 instance that failed: sum\.main\.0: .*3\n {2}`ork logs sum\.main\.0`/)
})

test('a job that fits nowhere fails the command with the reason per worker, stays, and starts when there is room', async ({
  url,
}) => {
  const cores = coresOf(one(await runOrk(['workers', '--json'], { nats: url })))
  const input = jobFile('hog', { cpu: cores })
  assert.is((await runOrk(['submit', '-', '--detach'], { nats: url, input })).code, 0)
  const second = jobFile('late', { cpu: cores })
  const refused = await runOrk(['submit', '-'], { nats: url, input: second })
  assert.is(refused.code, 1)
  assert.match(refused.stdout, /late\.main\.0 is pending; of 1 worker:\n {2}w1: cpu: /)
  assert.match(refused.stderr, /late has 1 instance that no worker can take now\n {2}it stays submitted/)
  assert.match(
    (await runOrk(['job', 'late'], { nats: url })).stdout,
    /late\.main\.0 is pending; of 1 worker:\n {2}w1: cpu: /,
  )
  const waits = (await runOrk(['why', 'late.main.0'], { nats: url })).stdout
  assert.match(waits, /^late\.main\.0: pending, never placed yet\n/)
  assert.match(waits, /\nWhat would help\n {2}on w1: [\d.]+ more cpu\n/)
  const waiting = startOrk(['submit', '-', '--wait'], { nats: url, input: second })
  await waiting.untilStdout(/unchanged/)
  await runOrk(['stop', 'hog'], { nats: url })
  const { code, stdout } = await waiting.ended
  assert.is(code, 0)
  assert.match(stdout, /late version 1 runs: 1 instance/)
  await runOrk(['stop', 'late'], { nats: url })
})

test('Ctrl-C ends the following and not the job, and says so', async ({ url }) => {
  const cpu = coresOf(one(await runOrk(['workers', '--json'], { nats: url }))) + 1
  const ork = startOrk(['submit', '-', '--wait'], { nats: url, input: jobFile('giant', { cpu }) })
  await ork.untilStdout(/fits on no worker now/)
  ork.child.kill('SIGINT')
  const { code, stderr } = await ork.ended
  assert.equal([code, stderr], [130, 'no longer watching; the job goes on: `ork job giant` shows how it stands\n'])
  assert.match((await runOrk(['jobs'], { nats: url })).stdout, /^giant +service +pending/m)
  await runOrk(['stop', 'giant'], { nats: url })
})

test('logs are followed as they are written', async ({ url }) => {
  const script = 'n=0; while true; do n=$((n+1)); echo line $n; sleep 0.1; done'
  await runOrk(['submit', '-'], { nats: url, input: jobFile('chat', { script }) })
  const ork = startOrk(['logs', 'chat.main.0', '--follow', '--tail', '1'], { nats: url })
  await ork.untilStdout(/line \d+\n.*line \d+\n/s)
  ork.child.kill('SIGINT')
  assert.is((await ork.ended).code, 130)
  await runOrk(['stop', 'chat'], { nats: url })
})

test('a job file is refused with everything that is wrong with it', async ({ url }) => {
  const input = JSON.stringify({
    name: 'Web',
    tasks: [{ name: 'api', driver: 'process', command: ['x'], replicas: 0.5, imgae: 'y' }],
  })
  const { code, stderr } = await runOrk(['submit', '-'], { nats: url, input })
  assert.is(code, 2)
  assert.match(stderr, /tasks\[0\]\.replicas: .*0\.5/)
  assert.match(stderr, /imgae/)
  const asJson = await runOrk(['submit', '-', '--json'], { nats: url, input })
  assert.is(asJson.code, 2)
  assert.ok(JSON.parse(asJson.stderr).errors.length >= 3)
})

test('the cluster is well, and every service holds what the log says', async ({ url }) => {
  const status = await runOrk(['status', '--json'], { nats: url })
  assert.equal([status.code, one(status).well], [0, true])
  const doctor = await runOrk(['doctor', '--json'], { nats: url })
  const findings = doctor.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.is(doctor.code, 0, doctor.stdout)
  for (const check of ['server version', 'replication', 'sync', 'managers', 'names', 'clocks', 'engines']) {
    assert.ok(
      findings.some((finding) => finding.check === check && finding.what !== ''),
      check,
    )
  }
  const verified = await runOrk(['replay', '--verify', '--json'], { nats: url })
  assert.is(verified.code, 0, verified.stderr)
  assert.equal(
    (one(verified).services as { service: string }[]).map(({ service }) => service),
    ['manager/m1', 'scheduler/s1'],
  )
})

test('a moment of the past is rebuilt from the log alone', async ({ url }) => {
  const started = json(await runOrk(['events', '--json', '--job', 'web', '--type', 'TaskStarted'], { nats: url }))
  const seq = Math.max(...started.map(({ sequence }) => Number(sequence)))
  const then = one(await runOrk(['replay', '--to', String(seq), '--job', 'web', '--json'], { nats: url }))
  assert.equal(
    (then.instances as { state: string }[]).map(({ state }) => state),
    ['running', 'running'],
  )
  const film = await runOrk(['replay', '--play', '--speed', '100000', '--job', 'web'], { nats: url })
  assert.match(film.stdout, /version 1 was submitted.*has stopped: its last instance has ended/s)
})

test('every placement there ever was is explained, and decided again as it was, also from a bundle', async ({
  url,
  data,
}) => {
  const file = join(data, 'report.tgz')
  assert.is((await runOrk(['bundle', '-o', file], { nats: url })).code, 0)
  const bundle = await openBundle(file)
  const entries: Entry[] = []
  for await (const some of bundle.log.read({ from: 1 })) entries.push(...some)
  await bundle.close()
  assert.ok(entries.filter(({ event }) => event.type === 'TaskScheduled').length >= 10)
  assert.equal(recomputedDifferences(entries), [])
  const said = (await runOrk(['why', 'web.main.1', '--bundle', file], { nats: 'nats://127.0.0.1:1' })).stdout
  assert.match(said, /^web\.main\.1: stopped, attempt 1 of version 1 on w1\n\nWhy w1\n/)
  assert.match(said, /\n {2}w1 +chosen +[\d.]+ .*\nDecided again from the log: w1, as it was\n/)
  assert.match(said, /attempt 1 has stopped.*\n ← .* is to stop \(asked by .*\): enough\n$/)
})

test('what is not there is told with what is', async ({ url }) => {
  const job = await runOrk(['job', 'wbe', '--json'], { nats: url })
  assert.is(job.code, 1)
  assert.match(JSON.parse(job.stderr).error.what, /no job "wbe"/)
  assert.is((await runOrk(['worker', 'w9'], { nats: url })).code, 1)
  assert.is((await runOrk(['task', 'web.main.7'], { nats: url })).code, 1)
  assert.is((await runOrk(['task', 'web'], { nats: url })).code, 2)
})

test.run()
