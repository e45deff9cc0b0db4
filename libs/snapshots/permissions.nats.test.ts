import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { emptyCluster } from '#libs/cluster'
import { permissionsFor } from '#libs/nats-server'
import { aJob } from '../testing/happenings'
import { mustConnect } from '../testing/jetStream'
import { eventOf } from '../testing/logEvents'
import { startTestNats } from '../testing/nats'
import { advanceSnapshot, newestSnapshot, storeSnapshot } from './index'

const NAMES = { manager: 'm1', scheduler: 's1', worker: 'w1', client: 'cli', observer: 'eye' } as const
type Role = keyof typeof NAMES
const ROLES = Object.keys(NAMES) as Role[]

const noWarning = (): void => assert.unreachable('a snapshot was passed over')

test('managers take snapshots; everyone starts from them, and nobody else may write one', async () => {
  const users = ROLES.map((role) => ({
    user: NAMES[role],
    password: `${role} secret`,
    permissions: permissionsFor(role, NAMES[role]),
  }))
  const nats = await startTestNats({ users })
  const as = (role: Role) =>
    mustConnect({ servers: nats.url, user: NAMES[role], pass: `${role} secret`, create: role === 'manager' })
  const manager = await as('manager')
  const spec = aJob({ name: 'web' })
  await manager.log.append([
    { event: eventOf({ type: 'JobSubmitted', data: { job: 'web', version: 1, reason: null, spec } }) },
  ])
  assert.is(await advanceSnapshot(manager, noWarning), 1)
  for (const role of ROLES) {
    const connection = await as(role)
    const { head, cluster } = await newestSnapshot(connection, noWarning)
    assert.equal([head.seq, [...cluster.jobs.keys()]], [1, ['web']], role)
    if (role !== 'manager') {
      await storeSnapshot(connection, { ...emptyCluster(), seq: 1 }).then(
        () => assert.unreachable(`${role} stored a snapshot`),
        () => undefined,
      )
    }
    await connection.close()
  }
  assert.is((await newestSnapshot(manager, noWarning)).cluster.jobs.size, 1)
  await manager.close()
  await nats.stop()
})

test.run()
