import { once } from 'node:events'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
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
test.after(async ({ engine, dir }) => {
  rmSync(dir, { recursive: true, force: true })
  // On an engine that was there before: what jobs leave is left by design.
  const left = await engine.docker.listNetworks({ filters: { label: ['ork.network'] } })
  for (const { Id } of left)
    await engine.docker
      .getNetwork(Id)
      .remove()
      .catch(() => undefined)
  await engine.docker
    .getVolume('ork-test-site')
    .remove()
    .catch(() => undefined)
  await engine.stop()
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
    'echo "$WHO $HOMELY"',
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
    env: {
      WHO: '${ork.job}.${ork.task}.${ork.index} ${ork.attempt} ${ork.worker}',
      HOMELY: '$${ork.index} ${HOME}',
    },
  })
  assert.equal(lines, [
    ...['1000', '1001', '/tmp', 'box-1', '1', '123', '456', 'read-only', 'swordfish', 'hello from the machine'],
    ...['not there', 'scratch', 'kept', '4096', 'device', 'all.api.0 1 w1 ${ork.index} ${HOME}'],
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

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** That a task is on its networks by its names, at the port that was chosen, and its volume is there for who comes after. */
const isConnected = async (cluster: TestCluster, { engine }: Context): Promise<void> => {
  const from = await freePort()
  const hostPortRange = { from, to: from + 1 }
  const volumes: TaskSpec['volumes'] = [{ type: 'volume', source: 'ork-test-${ork.job}', target: '/www' }]
  const serve = sleeperTask({
    command: ['sh', '-c', 'echo "hello from $PORT" > /www/page; trap "exit 0" TERM; sleep 900 & wait $!'],
    env: { PORT: '${ork.port.http}' },
    ports: [{ name: 'http', port: 80, hostPort: 0, hostPortRange, protocol: 'tcp' }],
    volumes,
    networks: ['front', 'back'],
  })
  await cluster.submit({ name: 'site', kind: 'service', tasks: [serve] })
  await cluster.log.running('site', 1)
  const [chosen] = (await cluster.log.event('TaskScheduled', ({ job }) => job === 'site')).data.ports
  assert.equal(cluster.log.instance('site', 'api', 0).ports, [chosen])
  const { NetworkSettings } = await engine.docker.getContainer('ork-site-api-0-1').inspect()
  const networks = Object.entries(NetworkSettings.Networks).sort(([a], [b]) => (a < b ? -1 : 1))
  const { cluster: id } = cluster.connection.log
  assert.equal(
    networks.map(([name]) => name),
    [`ork-${id}-back`, `ork-${id}-front`],
  )
  for (const [, { Aliases }] of networks) assert.equal(Aliases?.slice(0, 2), ['api', 'api.site'])
  const reads: TaskSpec['volumes'] = [{ type: 'volume', source: 'ork-test-site', target: '/www', readOnly: true }]
  const lines = await printed(cluster, 'reader', 'cat /www/page', { volumes: reads })
  assert.equal(lines, [`hello from ${chosen?.hostPort}`])
}

test('containers are what their jobs say, and never have more of the machine than it gives', (context) =>
  withWorker(context, async (cluster) => {
    await isAsAsked(cluster, context)
    await isRefused(cluster, context)
    await isConnected(cluster, context)
  }))

test.run()
