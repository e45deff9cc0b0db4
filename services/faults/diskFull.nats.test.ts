import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import { startNatsServer } from '#libs/nats-server'
import { fillDisk, noSmallDisk, onSmallDisk } from '../../libs/testing/cluster'
import { mustConnect } from '../../libs/testing/jetStream'
import { assertStored, writing } from '../../libs/testing/log/writing'
import { tell } from './figures'

const test = suite('the disk of a nats-server')

const isFull = async (): Promise<void> => {
  const dir = mkdtempSync(join(tmpdir(), 'ork-disk-'))
  const umount = onSmallDisk(dir, 64)
  const launch = (port?: number) => startNatsServer({ dir, syncAlways: false, ...(port === undefined ? {} : { port }) })
  let server = await launch()
  const connection = await mustConnect({ servers: server.url, sync: 'relaxed', waitMs: 30_000 })
  try {
    const writes = writing(connection, 20)
    await writes.more(300)
    const filler = join(dir, 'filler')
    fillDisk(filler)
    const acknowledged = await writes.atRest()
    rmSync(filler)
    await server.stop()
    server = await launch(server.port)
    await writes.more(300)
    const done = await writes.stop()
    await assertStored(connection, done)
    const all = done.written.length
    tell('disk of the nats-server full', { before: acknowledged, after: all - acknowledged, lost: 0, twice: 0 })
  } finally {
    await connection.close()
    await server.stop()
    umount()
    rmSync(dir, { recursive: true, force: true })
  }
}

const FULL = 'is full: nothing is acknowledged; with room, and started again, it goes on, nothing lost, nothing twice'
const reason = noSmallDisk()
if (reason === null) test(FULL, isFull)
else {
  console.log(`SKIPPED: ${FULL}: ${reason}`)
  test.skip(FULL, isFull)
}

test.run()
