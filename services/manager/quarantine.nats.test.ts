import * as E from 'fp-ts/Either'
import { connect as connectNats } from 'nats'
import pino from 'pino'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { apiSubject } from '#libs/api'
import { startManager } from '#services/manager'
import { clientOf } from '../../libs/testing/cluster/client'
import { Observer } from '../../libs/testing/cluster/observer'
import { aJob } from '../../libs/testing/happenings'
import { mustConnect } from '../../libs/testing/jetStream'
import { withNats } from '../../libs/testing/nats'

const logger = pino({ level: 'silent' })

/** Puts something on a subject that no release of ork would. */
const publish = async (url: string, subject: string, text: string): Promise<void> => {
  const admin = await connectNats({ servers: url })
  await admin.request(subject, text)
  await admin.close()
}

test('what cannot be read of the manager itself stops neither elections, nor records, nor the other jobs', () =>
  withNats(async (nats) => {
    const [one, two, client] = await Promise.all([0, 1, 2].map(() => mustConnect({ servers: nats.url })))
    if (one === undefined || two === undefined || client === undefined) throw new Error('no connection')
    await publish(nats.url, 'ork.events.control.manager.ManagerPromoted', '{"later":true}')
    await publish(nats.url, 'ork.events.job.db.JobSubmitted', 'not json')
    const log = new Observer(client)
    const first = await startManager({ connection: one, name: 'm1', logger })
    await log.until('all is on record', ({ quarantined }) => {
      const held = [...quarantined.values()]
      return held.length === 2 && held.every(({ since }) => since !== null)
    })
    const { submit } = clientOf(client)
    assert.is((await submit(aJob())).version, 1)
    const refused = await client.bus.request(
      apiSubject('ork', 'submit'),
      { spec: aJob({ name: 'db' }), checkVersion: null, reason: null, actor: null },
      10_000,
    )
    assert.is(E.isLeft(refused) && refused.left.refusal?.tag, 'Quarantined')
    await publish(nats.url, 'ork.events.control.manager.ManagerPromoted', '{"later":true}')
    const second = await startManager({ connection: two, name: 'm2', logger })
    await first.stop()
    await log.until('another manager leads', ({ leaders }) => leaders.manager.holder === 'm2')
    assert.is((await submit(aJob({ tasks: [{ replicas: 2 }] }))).version, 2)
    await second.stop()
    await log.stop()
    await Promise.all([one, two, client].map((connection) => connection.close()))
  }))

test.run()
