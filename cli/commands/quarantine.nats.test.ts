import { connect as connectNats } from 'nats'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Connection } from '#libs/log'
import { clientOf } from '../../libs/testing/cluster/client'
import { Observer } from '../../libs/testing/cluster/observer'
import { type TestService, testService } from '../../libs/testing/cluster/service'
import { aJob, submitted } from '../../libs/testing/happenings'
import { mustConnect } from '../../libs/testing/jetStream'
import { eventOf } from '../../libs/testing/logEvents'
import { startTestNats, type TestNats } from '../../libs/testing/nats'
import { runOrk } from '../../libs/testing/ork'

interface Context {
  nats: TestNats
  client: Connection
  log: Observer
  manager: TestService
}

const test = suite<Context>('ork quarantine')

/** Of a release to come, with something that would act on a terminal. */
const LATER = JSON.stringify({ ...eventOf(submitted(aJob(), 2)), schemaversion: 9, note: '\u001b[2J' })

test.before(async (context) => {
  const nats = await startTestNats()
  const client = await mustConnect({ servers: nats.url, sync: 'always' }) // as the command asks for it
  const manager = testService({
    name: 'm1',
    dir: nats.dir,
    args: ['manager', '--name', 'm1'],
    env: { ORK_NATS_URL: nats.url },
    ready: /"msg":"ready"/,
  })
  await manager.start()
  const log = new Observer(client)
  await clientOf(client).submit(aJob())
  const admin = await connectNats({ servers: nats.url })
  await admin.request('ork.events.job.web.JobSubmitted', LATER)
  await admin.request('ork.events.job.web.JobPraised', 'not json')
  await admin.request('ork.events.control.manager.Odd', 'x')
  await admin.close()
  await log.until('all is on record', ({ quarantined }) => {
    const held = [...quarantined.values()]
    return held.length === 2 && held.every(({ since }) => since !== null)
  })
  Object.assign(context, { nats, client, log, manager })
})
test.after(async ({ nats, client, log, manager }) => {
  await manager.end()
  await log.stop()
  await client.close()
  await nats.stop()
})

const firstHeld = ({ log }: Context): number => log.view.quarantined.get('events.job.web')?.seq ?? 0

test('lists what is held back, by its first sequence, with what is wrong', async (context) => {
  const seq = firstHeld(context)
  const { code, stdout } = await runOrk(['quarantine', 'list'], { nats: context.nats.url })
  assert.is(code, 0)
  const [head, web, control] = stdout.split('\n')
  assert.match(head ?? '', /SEQUENCE {2}EVENTS {2}OF +DECISIONS +SINCE +REASON/)
  assert.match(
    web ?? '',
    new RegExp(`${seq} +2 {2}events\\.job\\.web +held back +.*UnknownVersion: JobSubmitted version 9`),
  )
  assert.match(control ?? '', /events\.control\.manager +go on +.*NotJson/)
  const { stdout: json } = await runOrk(['quarantine', 'list', '--json'], { nats: context.nats.url })
  const [first] = json
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal([first.aggregate, first.seq, first.count, first.frozen], ['events.job.web', seq, 2, true])
})

test('status names it and the command that shows it', async (context) => {
  const { code, stdout } = await runOrk(['status'], { nats: context.nats.url })
  assert.is(code, 1)
  assert.match(stdout, `\`ork quarantine show ${firstHeld(context)}\``)
})

test('shows the message byte for byte, with nothing that acts on a terminal', async (context) => {
  const seq = String(firstHeld(context))
  const { code, stdout } = await runOrk(['quarantine', 'show', seq], { nats: context.nats.url })
  assert.is(code, 0)
  assert.match(stdout, /Subject +ork\.events\.job\.web\.JobSubmitted\n/)
  assert.match(stdout, /Reads as +ork \S+ cannot read it: UnknownVersion/)
  assert.match(stdout, /decisions about it are held back/)
  assert.match(stdout, '"note": "\\u001b[2J"')
  assert.not.match(stdout, '\u001b[2J')
  const json = await runOrk(['quarantine', 'show', seq, '--json'], { nats: context.nats.url })
  assert.is(JSON.parse(json.stdout).text, LATER)
})

test('what this release still cannot read is told as such, with the two ways on', async (context) => {
  const seq = String(firstHeld(context))
  const { code, stderr } = await runOrk(['quarantine', 'retry', seq], { nats: context.nats.url })
  assert.is(code, 1)
  assert.match(stderr, /cannot read it: UnknownVersion.*\n.*release of ork that wrote it, or go on without it/)
})

test('what can be read is told as such', async ({ nats }) => {
  const { code, stdout } = await runOrk(['quarantine', 'retry', '1'], { nats: nats.url })
  assert.is(code, 0)
  assert.match(stdout, /sequence 1 can be read, and is not in quarantine/)
})

test('sequences that name nothing are refused', async ({ nats }) => {
  const show = await runOrk(['quarantine', 'show', '100000'], { nats: nats.url })
  assert.equal([show.code, /holds nothing at sequence 100000/.test(show.stderr)], [1, true])
  const skip = await runOrk(['quarantine', 'skip', '1', '--reason', 'x'], { nats: nats.url })
  assert.equal([skip.code, /sequence 1 is not in quarantine/.test(skip.stderr)], [1, true])
  assert.is((await runOrk(['quarantine', 'skip', '0', '--reason', 'x'], { nats: nats.url })).code, 2)
  const without = await runOrk(['quarantine', 'skip', '7'], { nats: nats.url })
  assert.equal(
    [without.code, without.stderr],
    [2, 'Missing required flag reason\n  see `ork quarantine skip --help`\n'],
  )
  const typo = await runOrk(['quarantine', 'skp'], { nats: nats.url })
  assert.equal([typo.code, /did you mean `ork quarantine skip`/.test(typo.stderr)], [2, true])
})

test('a skip is on record with who and why, and the job takes decisions again', async (context) => {
  const { nats, client, log } = context
  const seq = firstHeld(context)
  const last = log.view.quarantined.get('events.job.web')?.last
  const next = aJob({ tasks: [{ replicas: 2 }] })
  const refusal = await clientOf(client)
    .submit(next)
    .then(String, (cause: Error) => cause.message)
  assert.match(refusal, 'cannot be read')
  const { code, stdout } = await runOrk(['quarantine', 'skip', String(seq), '--reason', 'taken back'], {
    nats: nats.url,
  })
  assert.equal([code, stdout.startsWith('decisions about events.job.web go on')], [0, true])
  const lifted = await log.event('QuarantineLifted')
  assert.equal(lifted.data, { subject: 'events.job.web', sequence: seq, through: last, reason: 'taken back' })
  assert.ok(lifted.actor !== undefined)
  assert.is((await clientOf(client).submit(next)).version, 2)
  const again = await runOrk(['quarantine', 'retry', String(seq)], { nats: nats.url })
  assert.match(again.stderr, /it was skipped, and decisions go on without it/)
})

test.run()
