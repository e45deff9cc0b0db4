import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { HealthSpec, JobSpec } from '#libs/spec'
import { sleeperTask, withCluster } from '../../libs/testing/cluster'
import { ensureTestImage, type OpenTestDocker, openTestDocker } from '../../libs/testing/docker'

interface Context {
  engine: OpenTestDocker
  image: string
}

const IS_THERE = ['test', '-f', '/tmp/index.html']

const test = suite<Context>('health')
test.before(async (context) => {
  context.engine = await openTestDocker()
  const { docker } = context.engine
  await ensureTestImage(docker)
  const healthcheck = { test: IS_THERE, intervalMs: 300, retries: 2 }
  context.image = await ensureTestImage(docker, { reference: 'ork-test/checked:1', healthcheck })
})
test.after(({ engine }) => engine.stop())

const TIMES = { intervalMs: 300, timeoutMs: 10_000, retries: 2, startPeriodMs: 60_000, successThreshold: 1 }
const CHECKS: Readonly<Record<string, HealthSpec | undefined>> = {
  http: { http: { path: '/index.html', port: 8080, status: 200, headers: {} }, ...TIMES },
  tcp: { tcp: { port: 8080 }, ...TIMES },
  command: { command: IS_THERE, ...TIMES },
  image: undefined,
}

/** A web server that has one page, in as many ways as its health can be checked. */
const server = (image: string): JobSpec => ({
  name: 'web',
  kind: 'service',
  tasks: Object.entries(CHECKS).map(([name, health]) =>
    sleeperTask({
      name,
      command: [
        'sh',
        '-c',
        'echo ok > /tmp/index.html; httpd -p 8080 -h /tmp; trap "exit 0" TERM; sleep 900 & wait $!',
      ],
      ...(health === undefined ? { image } : { health }),
    }),
  ),
})

test('by HTTP, TCP, a command and the check of its image it is seen that a container is well, and that it is no longer', ({
  engine,
  image,
}) =>
  withCluster({ driver: 'docker', docker: engine.socketPath, workers: 1 }, async ({ log, submit }) => {
    await submit(server(image))
    const healthy = (attempt: number) => () =>
      log.instances('web').every((one) => one.attempt === attempt && one.health === 'healthy')
    await log.until('all are healthy', healthy(1), 60_000)
    for (const { container } of log.instances('web')) {
      const Cmd = ['sh', '-c', 'rm /tmp/index.html; killall httpd']
      await (await engine.docker.getContainer(container ?? '').exec({ Cmd })).start({})
    }
    await log.until('all were restarted, and are healthy again', healthy(2), 60_000)
    const why = (task: string): string =>
      log.all('TaskRestarting').find(({ data }) => data.task === task)?.data.reason ?? 'nothing'
    assert.match(why('http'), /^unhealthy: GET \/index.html on port 8080: (status 404|connect ECONNREFUSED)/)
    assert.match(why('tcp'), 'unhealthy: port 8080: connect ECONNREFUSED')
    assert.is(why('command'), 'unhealthy: test: exit code 1')
    assert.is(why('image'), 'unhealthy: its HEALTHCHECK fails')
  }))

test.run()
