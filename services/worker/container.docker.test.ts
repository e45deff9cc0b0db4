import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { TaskSpec } from '#libs/spec'
import { sleeperTask, type TestCluster, withCluster } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'
import { runOrk } from '../../libs/testing/ork'

interface Context {
  engine: OpenTestDocker
  /** A folder that the worker gives, beside one that it does not. */
  dir: string
}

const test = suite<Context>('container settings')
test.before(async (context) => {
  context.engine = await openTestDocker()
  await ensureTestImage(context.engine.docker)
  context.dir = realpathSync(mkdtempSync(join(tmpdir(), 'ork-given-')))
  for (const name of ['given', 'kept', 'secrets']) mkdirSync(join(context.dir, name))
  writeFileSync(join(context.dir, 'given', 'page'), 'hello from the machine')
  writeFileSync(join(context.dir, 'kept', 'page'), 'nobody sees this')
  symlinkSync(join(context.dir, 'kept'), join(context.dir, 'given', 'way-out'))
  writeFileSync(join(context.dir, 'secrets', 'db-password'), 'swordfish')
})
test.after(({ engine, dir }) => {
  rmSync(dir, { recursive: true, force: true })
  return engine.stop()
})

/** A cluster on that engine whose worker gives the folder `given`, the null device and the secrets. */
const withWorker = ({ engine, dir }: Context, story: (cluster: TestCluster) => Promise<void>): Promise<void> =>
  withCluster(
    {
      driver: 'docker',
      docker: engine.socketPath,
      workerFlags: [
        ...['--allow-path', join(dir, 'given'), '--allow-path', '/dev/null'],
        ...['--allow-capability', 'NET_ADMIN', '--secrets', join(dir, 'secrets')],
      ],
    },
    story,
  )

/** What a script prints that a task runs to its end, a line each. */
const printed = async (
  cluster: TestCluster,
  name: string,
  script: string,
  task: Partial<TaskSpec>,
): Promise<string[]> => {
  const restart = { policy: 'never', attempts: 0, delayMs: 0, backoff: 1, maxDelayMs: 0, resetAfterMs: 0 } as const
  const ran = sleeperTask({ command: ['sh', '-c', script], restart, ...task })
  await cluster.submit({ name, kind: 'batch', tasks: [ran] })
  await cluster.log.event('TaskExited', ({ job }) => job === name)
  const { stdout, stderr } = await runOrk(['logs', `${name}.api.0`], { nats: cluster.nats.url })
  return `${stdout}${stderr}`.trim().split('\n')
}

/** That a container is what its job says, and sees what it was given. */
const isAsAsked = async (cluster: TestCluster, { dir }: Context): Promise<void> => {
  const script = [
    'id -u; id -g; pwd; hostname',
    'grep -c "db.local" /etc/hosts',
    'ulimit -n; ulimit -Hn',
    'touch /root/x 2>/dev/null || echo read-only',
    'cat /run/secrets/password; echo',
    'cat /given/page; echo',
    'touch /given/x 2>/dev/null || echo not there',
    'touch /scratch/x && echo scratch',
    'echo kept >> /data/file; cat /data/file',
    'df -k /dev/shm | awk "END { print \\$2 }"',
    'test -c /dev/mine && echo device',
    'echo "$WHO $ADDRESS $HOMELY"',
  ].join('\n')
  const lines = await printed(cluster, 'all', script, {
    user: '1000:1001',
    workingDir: '/tmp',
    hostname: 'box-1',
    extraHosts: { 'db.local': '10.9.8.7' },
    ulimits: { nofile: { soft: 123, hard: 456 } },
    readOnly: true,
    secrets: [{ name: 'db-password', file: 'password', mode: '0444' }],
    volumes: [
      { type: 'bind', source: join(dir, 'given'), target: '/given', readOnly: true },
      { type: 'tmpfs', target: '/scratch', sizeBytes: 1 << 20 },
      { type: 'tmpfs', target: '/data' },
    ],
    shmSizeBytes: 4 << 20,
    devices: [{ source: '/dev/null', target: '/dev/mine', permissions: 'rw' }],
    ports: [{ name: 'http', port: 80, hostPort: 18_080, protocol: 'tcp' }],
    env: {
      WHO: '${ork.job}.${ork.task}.${ork.index} ${ork.attempt} ${ork.worker}',
      ADDRESS: ':${ork.port.http}',
      HOMELY: '$${ork.index} ${HOME}',
    },
  })
  assert.equal(lines, [
    ...['1000', '1001', '/tmp', 'box-1', '1', '123', '456', 'read-only', 'swordfish', 'hello from the machine'],
    ...['not there', 'scratch', 'kept', '4096', 'device', 'all.api.0 1 w1 :18080 ${ork.index} ${HOME}'],
  ])
}

/** That what the machine does not give is refused, also behind a link, and what would help is said. */
const isRefused = async (cluster: TestCluster, { dir }: Context): Promise<void> => {
  const ask = async (job: string, task: Partial<TaskSpec>): Promise<string> => {
    await cluster.submit({ name: job, kind: 'service', tasks: [sleeperTask(task)] })
    return (await cluster.log.event('TaskRejected', (data) => data.job === job)).data.reason
  }
  const bind = (source: string): Partial<TaskSpec> => ({ volumes: [{ type: 'bind', source, target: '/there' }] })
  const kept = join(dir, 'kept')
  const wayOut = join(dir, 'given', 'way-out')
  assert.match(await ask('beside', bind(kept)), `${kept} is not below a path that this worker gives to jobs; start`)
  assert.match(await ask('link', bind(wayOut)), `${wayOut}, which leads to ${kept}, is not below`)
  assert.match(await ask('cap', { capabilities: { add: ['SYS_ADMIN'] } }), '--allow-capability SYS_ADMIN')
  const secrets = [{ name: 'api-key', file: 'api-key', mode: '0444' }]
  assert.match(await ask('secret', { secrets }), `this worker has no secret api-key; put it into the file ${dir}`)
}

test('containers are what their jobs say, and never have more of the machine than it gives', (context) =>
  withWorker(context, async (cluster) => {
    await isAsAsked(cluster, context)
    await isRefused(cluster, context)
  }))

test.run()
