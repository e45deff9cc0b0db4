import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { TaskSpec } from '#libs/spec'
import { eventually, sleeper, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'
import { runOrk, startOrk } from '../../libs/testing/ork'

interface Context {
  engine: OpenTestDocker
  dir: string
}

const test = suite<Context>('what people do with containers')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
  context.dir = mkdtempSync(join(tmpdir(), 'ork-inside-'))
})
test.after(({ engine, dir }) => {
  rmSync(dir, { recursive: true, force: true })
  return engine.stop()
})

const ID = 'den.api.0'

/** What runs in a container, by the words of its commands. */
const commandsIn = async ({ engine }: Context, container: string): Promise<string> => {
  const { Processes } = await engine.docker.getContainer(container).top()
  return (Processes as string[][]).map((columns) => columns.at(-1)).join('\n')
}

/** That a command runs within, with what is piped into it, and its exit code comes out. */
const commandsRun = async ({ nats }: TestCluster): Promise<void> => {
  const script = 'cat; pwd; echo "$WORD"; echo no >&2; exit 7'
  const input = `${'x'.repeat(99)}\n`.repeat(20_000)
  const flags = ['--workdir', '/tmp', '--env', 'WORD=two words']
  const ran = await runOrk(['exec', ID, ...flags, '--', 'sh', '-c', script], { nats: nats.url, input })
  assert.equal([ran.code, ran.stderr, ran.stdout === `${input}/tmp\ntwo words\n`], [7, 'no\n', true])
}

/** That it has a terminal of its own, which follows the size of the one it was typed at. */
const terminalsFollow = async ({ nats }: TestCluster, dir: string): Promise<void> => {
  const ork = join(__dirname, '..', '..', '..', 'cli', 'bin', 'ork.cjs')
  // It is told of its first size too, and maybe only after it has set out.
  const untilSize = (size: string): string => `until [ "$(stty size)" = "${size}" ]; do sleep 0.05; done; echo ${size}`
  const inner = `${untilSize('31 97')}; ${untilSize('32 98')}; exit 3`
  const line = `tty >${dir}/tty; stty rows 31 cols 97; exec ${process.execPath} ${ork} exec ${ID} -- sh -c '${inner}'`
  const env = { ...process.env, ORK_NATS_URL: nats.url, XDG_DATA_HOME: dir }
  const typed = spawn('script', ['-qefc', line, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  typed.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('31 97') && `${said}${text}`.includes('31 97')) {
      execFile('sh', ['-c', `stty -F $(cat ${dir}/tty) rows 32 cols 98`])
    }
    said += text
  })
  const [code] = await once(typed, 'close')
  assert.equal([code, said.trim().split(/\s+/)], [3, ['31', '97', '32', '98']])
}

/** That what runs within ends when the one who asked for it is gone. */
const endsWithItsClient = async (context: Context, { nats }: TestCluster): Promise<void> => {
  const client = startOrk(['exec', ID, '--', 'sh', '-c', 'sleep 777 & echo begun; sleep 778'], { nats: nats.url })
  await client.untilStdout(/begun/)
  assert.match(await commandsIn(context, 'ork-den-api-0-1'), /sleep 777/)
  client.child.kill('SIGKILL')
  const areGone = async (): Promise<boolean> => !/sleep 77\d/.test(await commandsIn(context, 'ork-den-api-0-1'))
  await eventually('what it began has ended', areGone, 60_000)
}

/** What an instance writes, uses and is, as its job's owner looks at it. */
const theyAreLookedAt = async ({ nats }: TestCluster): Promise<void> => {
  const ork = async (...args: string[]) => {
    const { code, stdout, stderr } = await runOrk(args, { nats: nats.url })
    assert.is(code, 0, stderr)
    return stdout
  }
  assert.is(JSON.parse(await ork('wait', 'den', '--json')).state, 'running')
  const followed = startOrk(['logs', 'den', '--follow'], { nats: nats.url })
  const [nothing, stats, inspected] = await Promise.all([
    ork('logs', 'den.api', '--since', '2100-01-01T00:00:00Z'),
    ork('stats', ID, '--json'),
    ork('inspect', ID, '--json'),
    followed.untilStdout(/^den\.api\.0 \| hello 0$/m),
    followed.untilStdout(/^den\.api\.1 \| hello 1$/m),
  ])
  followed.child.kill('SIGINT')
  assert.is((await followed.ended).code, 130)
  assert.is(nothing, '')
  const use = JSON.parse(stats)
  assert.equal([use.id, use.attempt, use.memoryLimitBytes, use.processes > 0], [ID, 1, 8 << 20, true])
  const { engine, spec, history } = JSON.parse(inspected)
  assert.equal([engine.Name, spec.name, history.at(-1).type], ['/ork-den-api-0-1', 'api', 'TaskStarted'])
}

/** That files go in and come out again, as they were. */
const filesAreCopied = async ({ nats }: TestCluster, dir: string): Promise<void> => {
  const ork = async (...args: string[]) => {
    const { code, stderr } = await runOrk(args, { nats: nats.url })
    assert.is(code, 0, stderr)
  }
  const bytes = randomBytes(3_000_000)
  mkdirSync(join(dir, 'site', 'deep'), { recursive: true })
  writeFileSync(join(dir, 'site', 'deep', 'blob'), bytes)
  symlinkSync('deep/blob', join(dir, 'site', 'link'))
  await ork('cp', join(dir, 'site'), `${ID}:/tmp`)
  await ork('cp', `${ID}:/tmp/site`, join(dir, 'back'))
  assert.is(bytes.equals(readFileSync(join(dir, 'back', 'link'))), true)
}

/** That what is kept for its logs alone goes when it is asked for, and what runs stays. */
const isPruned = async ({ engine }: Context, { nats, log }: TestCluster): Promise<void> => {
  await engine.docker.getContainer('ork-den-api-1-1').kill()
  await log.event('TaskStarted', ({ attempt }) => attempt === 2)
  const { stdout } = await runOrk(['prune', '--yes', '--json'], { nats: nats.url })
  const gone = [{ id: 'den.api.1', attempt: 1 }]
  assert.equal(JSON.parse(stdout), { worker: 'w1', containers: gone, images: [], volumes: [] })
}

/** That a purged job's volumes go too when that is asked for, but no volume that others made, nor one that is wanted. */
const volumesArePruned = async ({ engine }: Context, { nats, submit, log }: TestCluster): Promise<void> => {
  const own = await engine.docker.createVolume({ Name: 'ork-test-own' })
  const volumes: NonNullable<TaskSpec['volumes']> = [
    { type: 'volume', source: 'ork-test-box-${ork.index}', target: '/box' },
    { type: 'volume', source: 'ork-test-own', target: '/own' },
  ]
  const prune = async (...flags: string[]): Promise<readonly string[]> =>
    JSON.parse((await runOrk(['prune', '--volumes', '--json', ...flags], { nats: nats.url })).stdout).volumes
  try {
    await submit(sleeper('box', { volumes }))
    await log.event('TaskStarted', ({ job }) => job === 'box')
    assert.equal(await prune(), [])
    await runOrk(['stop', 'box', '--purge'], { nats: nats.url })
    await eventually('the volume is of no use', async () => (await prune()).length > 0, 60_000)
    assert.equal([await prune('--yes'), await prune()], [['ork-test-box-0'], []])
  } finally {
    await own.remove()
  }
}

test('people reach into containers through their workers', (context) =>
  withCluster({ driver: 'docker', docker: context.engine.socketPath }, async (cluster) => {
    const command = ['sh', '-c', 'trap "exit 0" TERM; echo hello ${ork.index}; sleep 900 & wait $!']
    await cluster.submit(sleeper('den', { command, replicas: 2 }))
    await theyAreLookedAt(cluster)
    await commandsRun(cluster)
    await filesAreCopied(cluster, context.dir)
    await terminalsFollow(cluster, context.dir)
    await endsWithItsClient(context, cluster)
    await isPruned(context, cluster)
    await volumesArePruned(context, cluster)
  }))

test.run()
