import picocolors from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { aStatus, wellFacts } from '../doctor/fixture'
import { renderStatus } from './status'

const look = { now: 0, zone: 'UTC', colours: picocolors.createColors(false) }
const facts = { ...wellFacts, statuses: [aStatus('scheduler/s1'), aStatus('manager/m1')] }
const plain = [
  'Log        42 events, 2 KiB, 1 replica, stream ORK_EVENTS',
  'Server     nats-server 2.15.1',
  'Jobs       1 running',
  'Instances  2 running, 1 pending',
  'Workers    1 ready',
  'Placement  by spread, ties by name, without preemption',
  'Ignored    0 of an old epoch, 2 out of order',
  '',
  'SERVICE       LEADS  EPOCH  LAG  UP    VERSION',
  'manager/m1    yes        3    2  1m1s  0.1.0',
  'scheduler/s1  yes        2    2  1m1s  0.1.0',
]

test('a cluster that is well says so and shows who is there', () => {
  assert.is(renderStatus(facts, [], 'nats://a:1', look), ['Cluster    well (nats://a:1)', ...plain].join('\n'))
})

test('of a log whose past was archived what it still holds is said', () => {
  const archived = { ...facts, log: { ...facts.log, firstSeq: 41 } }
  assert.match(renderStatus(archived, [], 'nats://a:1', look), 'Log        2 events from sequence 41 on, 2 KiB')
})

test('what is not well is said below, with what to do, and cannot steer the terminal', () => {
  const problems = [
    { check: 'quarantine', level: 'bad', where: 'events.job.web', what: 'cannot be read: \u001b[2J', next: 'look' },
    { check: 'lag', level: 'warn', what: 'some' },
  ] as const
  const said = ['', 'bad   quarantine: events.job.web: cannot be read: \\e[2J', '      look', 'warn  lag: some']
  const text = ['Cluster    not well: 1 bad, 1 to look at (nats://a:1)', ...plain, ...said].join('\n')
  assert.is(renderStatus(facts, problems, 'nats://a:1', look), text)
})

test.run()
