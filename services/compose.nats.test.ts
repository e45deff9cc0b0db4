import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRight } from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { parse } from 'yaml'
import { type TestCluster, withCluster } from '../libs/testing/cluster'
import { runCommand } from '../libs/testing/commands'

type Service = { readonly hostname: string; readonly healthcheck: { readonly test: readonly string[] } }

const ROOT = join(__dirname, '..', '..')
const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8').replaceAll('$$', '$')
const { services } = parse(text, { merge: true }) as { services: Readonly<Record<string, Service>> }
const checked = Object.entries(services).flatMap(([name, service]) => (name.startsWith('nats-') ? [] : [service]))

/** Whether the check of one service passes, run as compose runs it. */
const isHealthy = async (cluster: TestCluster, { hostname, healthcheck }: Service): Promise<boolean> => {
  const ork = `ork() { '${process.execPath}' '${join(ROOT, 'cli', 'bin', 'ork.cjs')}' "$@"; }`
  const timeout = 'timeout() { shift; "$@"; }' // not every machine has one, and a program could not call the function above
  const env = { HOSTNAME: hostname, ORK_NATS_URL: cluster.nats.url }
  return isRight(await runCommand('sh', ['-c', `${timeout}; ${ork}; ${healthcheck.test[1]}`], { env }))
}

const healthy = async (cluster: TestCluster): Promise<readonly string[]> => {
  const passes = await Promise.all(checked.map((service) => isHealthy(cluster, service)))
  return checked.flatMap(({ hostname }, at) => (passes[at] ? [hostname] : []))
}

test('the health checks in docker-compose.yml pass for the services that are alive, and for no others', () =>
  withCluster({ driver: 'process', managers: 2, schedulers: 2 }, async (cluster) => {
    assert.equal(await healthy(cluster), ['m1', 'm2', 's1', 's2', 'w1'])
    await Promise.all([cluster.service('m1').kill(), cluster.service('s2').kill()])
    assert.equal(await healthy(cluster), ['m2', 's1', 'w1'])
    assert.is(await cluster.service('w1').end(), 0)
    await cluster.log.until('w1 has left', () => cluster.log.all('WorkerLeft').length === 1)
    assert.equal(await healthy(cluster), ['m2', 's1'])
  }))

test.run()
