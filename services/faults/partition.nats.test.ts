import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { suite } from 'uvu'
import type { Connection } from '#libs/log'
import { findNatsServer, type NatsServer, startNatsServer } from '#libs/nats-server'
import { layCable, makeNamespace, noNetworks } from '../../libs/testing/cluster'
import { mustConnect } from '../../libs/testing/jetStream'
import { assertStored, writing } from '../../libs/testing/log/writing'
import { FULL, tell } from './figures'

const test = suite('three servers, one of them apart')
// The servers tell clients of the address that is cut. What a client dials there is answered once the cable is mended, when
// it has long gone on elsewhere, and the nats package then keeps that socket open: nobody can close it but the process.
test.after(() => void setTimeout(() => process.exit(), 1_000).unref())

/** In a network namespace of its own every port is free. */
const PORTS = { client: 4222, cluster: 6222 }

interface Apart {
  /** Of the two that stay together. */
  readonly two: string
  /** Of the third, by a cable that is never pulled. */
  readonly third: string
  readonly thirdName: string
  cut(): Promise<void>
  mend(): Promise<void>
  stop(): Promise<void>
}

/** Two servers here and one in a network of its own, with one cable to the others and one to whoever asks it. */
const startApart = async (): Promise<Apart> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-apart-'))
  const { path: binary } = await findNatsServer({})
  const namespace = await makeNamespace()
  const servers: NatsServer[] = []
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map((server) => server.stop()))
    await namespace.remove()
    rmSync(dir, { recursive: true, force: true })
  }
  try {
    const [routes, watch] = [await layCable(namespace), await layCable(namespace)]
    const inside = join(dir, 'nats-server')
    // The other servers reach it by the one cable only, its clients by both.
    writeFileSync(inside, `#!/bin/sh\nexec ${namespace.via.join(' ')} '${binary}' "$@" --addr 0.0.0.0\n`)
    chmodSync(inside, 0o755)
    const ports = [await portOn(routes.near), await portOn(routes.near)]
    const known = ports.map((port) => `nats://${routes.near}:${port}`)
    for (const [index, port] of ports.entries()) {
      const name = `ork-${index + 1}`
      const cluster = { name: 'ork', port, routes: known }
      servers.push(
        await startNatsServer({ binary, dir: join(dir, name), name, host: routes.near, cluster, syncAlways: false }),
      )
    }
    const cluster = { name: 'ork', port: PORTS.cluster, routes: known }
    const third = { name: 'ork-3', host: routes.far, port: PORTS.client, cluster, syncAlways: false }
    servers.push(await startNatsServer({ ...third, binary: inside, dir: join(dir, 'ork-3') }))
    return {
      two: servers
        .slice(0, 2)
        .map(({ url }) => url)
        .join(','),
      third: `nats://${watch.far}:${PORTS.client}`,
      thirdName: third.name,
      cut: routes.cut,
      mend: routes.mend,
      stop,
    }
  } catch (cause) {
    await stop()
    throw cause
  }
}

const portOn = (host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, host, () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })

const oneCutOff = async (): Promise<void> => {
  const servers = await startApart()
  const wishes = { replicas: 3, sync: 'relaxed', waitMs: 30_000 } as const
  const both = await onceThree({ servers: servers.two, ...wishes })
  const one = await mustConnect({ servers: servers.third, ...wishes })
  try {
    await leadBy(both, servers.thirdName)
    const [here, there] = [writing(both, 20), writing(one, 20)]
    await Promise.all([here.more(300), there.more(300)])
    await servers.cut()
    const cutAt = performance.now()
    await Promise.all([here.more(300), there.more(300)]) // what is cut off acknowledges nothing: that one has moved
    const movedMs = Math.round(performance.now() - cutAt)
    await pause(FULL ? 60_000 : 0)
    const cutMs = Math.round(performance.now() - cutAt)
    await servers.mend()
    await Promise.all([here.more(300), there.more(300)])
    const [two, third] = [await here.stop(), await there.stop()]
    await assertStored(both, two)
    await assertStored(both, third)
    tell('one of three servers cut off, which led', {
      cutMs,
      movedMs,
      acknowledged: two.written.length + third.written.length,
      lost: 0,
      twice: 0,
      longestMs: two.longestMs,
      longestOfCutOffMs: third.longestMs,
    })
  } finally {
    await both.close()
    await one.close()
    await servers.stop()
  }
}

/** Connects once the servers have found each other: before, three of them are not there to keep a log. */
const onceThree = async (options: Parameters<typeof mustConnect>[0]): Promise<Connection> => {
  for (const giveUp = Date.now() + 60_000; ; await pause(500)) {
    try {
      return await mustConnect(options)
    } catch (cause) {
      if (Date.now() > giveUp) throw cause
    }
  }
}

/** Has the stream led by that server. */
const leadBy = async ({ log, bus }: Connection, preferred: string): Promise<void> => {
  for (;;) {
    const { stream, leader } = await log.info()
    if (leader === preferred) return
    await bus.request(`$JS.API.STREAM.LEADER.STEPDOWN.${stream}`, { placement: { preferred } }, 5_000)
    await pause(200)
  }
}

const PARTITION =
  'the one that leads is cut off: the two go on, it acknowledges nothing, whoever was there goes to them, and nothing is lost or twice'
const reason = noNetworks()
if (reason === null) test(PARTITION, oneCutOff)
else {
  console.log(`SKIPPED: ${PARTITION}: ${reason}`)
  test.skip(PARTITION, oneCutOff)
}

test.run()
