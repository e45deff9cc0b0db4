import { suite } from 'uvu'
import { orThrow } from '#libs/kernel'
import { connect, type SyncMode } from '#libs/log'
import { logContract } from '../../testing/logContract'
import { startTestNats, type TestNats } from '../../testing/nats'

const servers = new Map<SyncMode, TestNats>()
let logs = 0

/** A log of its own, by its prefix, on a server that is shared by all tests of one mode. */
const open = (sync: SyncMode) => async () => {
  const server = servers.get(sync) ?? (await startTestNats({ sync: sync === 'always' }))
  servers.set(sync, server)
  logs += 1
  const { log, close } = orThrow(await connect({ servers: server.url, name: 'contract', prefix: `log${logs}`, sync }))
  return { log, close }
}

logContract('JetStream log, relaxed', { open: open('relaxed') })
logContract('JetStream log, fsync always', { open: open('always') })

const after = suite('servers')
after('are stopped', async () => {
  for (const server of servers.values()) await server.stop()
})
after.run()
