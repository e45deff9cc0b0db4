import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { sleeper, type TestDev, untilWhole, withProcessDev } from '../../libs/testing/cluster'
import { runOrk } from '../../libs/testing/ork'
import { isAlive } from '../../libs/testing/processes'

const process_ = { driver: 'process' } as const
const serverPid = ({ service }: TestDev, name: string | null): number =>
  Number(readFileSync(join(service.dir, 'data', 'nats-cluster', name ?? '', 'server.pid'), 'utf8'))

test('ork dev on three servers: the stream leader is killed, started again, and all is there after a restart', () =>
  withProcessDev(['--nats-servers', '3'], async (dev) => {
    await dev.service.start()
    const first = await dev.session()
    const [events] = await first.connection.log.streams()
    assert.equal([events?.replicas, events?.copies.length], [3, 2])
    await first.submit(sleeper('web', process_))
    await first.log.running('web', 1)
    const pid = serverPid(dev, events?.leader ?? '')
    process.kill(pid, 'SIGKILL')
    const asked = await runOrk(['replay'], { nats: first.url })
    assert.is(asked.code, 0, asked.stderr)
    await first.submitSurely(sleeper('later', process_), 60_000)
    await first.log.running('later', 1, 60_000)
    assert.is(first.log.all('TaskStarted').length, 2)
    await untilWhole(first.connection)
    assert.match(dev.service.log(), /ended by itself, and is started again/)
    const pids = ['ork-1', 'ork-2', 'ork-3'].map((name) => serverPid(dev, name))
    assert.ok(!pids.includes(pid) && pids.every(isAlive))
    assert.is(await dev.service.end('SIGINT'), 0)
    assert.not.ok(pids.some(isAlive), 'a server goes on')
    const other = await runOrk([
      'dev',
      '--nats-servers',
      '1',
      '--driver',
      'process',
      '--data',
      join(dev.service.dir, 'data'),
    ])
    assert.match(other.stderr, /kept by three nats-servers, and cannot be given to one nats-server/)
    await dev.service.start()
    const second = await dev.session()
    assert.is(second.connection.log.cluster, first.connection.log.cluster)
    for (const job of ['web', 'later']) await second.log.running(job, 1, 60_000)
    assert.is(second.log.all('TaskStarted').length, 2, 'what ran was adopted')
  }))

test.run()
