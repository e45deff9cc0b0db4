import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { machinesOf } from '#libs/cluster'
import type { Draft } from '#libs/events'
import type { PortSpec, TaskSpec } from '#libs/spec'
import { CoreStory, inShort } from '../../../libs/testing/coreStory'
import { aJob, on, registered, submitted } from '../../../libs/testing/happenings'
import { explain, recompute, type SchedulerView, schedulerCore } from '.'
import { viewOf } from './view'

type Story = CoreStory<SchedulerView>

const fixed: PortSpec = { name: 'http', port: 80, hostPort: 8080, protocol: 'tcp' }
const ofRange = (from: number, to: number): PortSpec => ({ ...fixed, hostPort: 0, hostPortRange: { from, to } })

const given = (...drafts: readonly Draft[]): Story => new CoreStory(schedulerCore()).given(...drafts)

const job = (name: string, port: PortSpec, over: Partial<TaskSpec> = {}): Draft =>
  submitted(aJob({ name, tasks: [{ ports: [port], ...over }] }))

/** A worker of a machine, or of several that are said to be one. */
const worker = (name: string, portSpaces: readonly string[], cpuMilli = 4_000): Draft =>
  registered(name, cpuMilli, {}, {}, {}, portSpaces)

const chosen = (story: Story): readonly string[] =>
  story
    .settle()
    .flatMap(({ type, data }) =>
      type === 'TaskScheduled' ? data.ports.map((port) => `${data.worker} ${port.hostPort}`) : [type],
    )

const why = (story: Story, id: string): readonly string[] =>
  explain(story.view, story.log.instance(id)).map((one) => (one.fits ? 'fits' : one.detail))

test('workers share a machine if they have a port space in common, or each has one with a third', () => {
  const story = given(
    worker('w1', ['a']),
    worker('w2', ['b']),
    worker('w3', ['a', 'b']),
    worker('w4', ['c']),
    worker('w5', []),
  )
  const names = [...machinesOf(story.view.cluster.workers.values())].map(
    ([{ name }, machine]) => `${name}: ${machine.map((one) => one.name).sort()}`,
  )
  assert.equal(names.sort(), ['w1: w1,w2,w3', 'w2: w1,w2,w3', 'w3: w1,w2,w3'])
})

test('a fixed host port goes to one instance of a machine, and who waits for it is told who has it', () => {
  const story = given(worker('w1', ['m']), worker('w2', ['m']), job('web', fixed, { replicas: 2 }))
  assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskUnplaceable web.api.1'])
  assert.equal(why(story, 'web.api.1'), [
    'host port 8080/tcp is taken',
    "host port 8080/tcp is taken on w1, which shares w2's machine",
  ])
  const found = recompute(story.view.cluster, story.log.instance('web.api.1'))
  assert.equal(
    found?.remedies.map(({ needs, workers }) => [...workers, ...needs]),
    [
      ['w1', 'host port 8080/tcp to be free'],
      ['w2', 'host port 8080/tcp to be free on w1'],
    ],
  )
})

test('who waits for several host ports is told all of them', () => {
  const ports: readonly PortSpec[] = [fixed, { name: 'dns', port: 53, hostPort: 5353, protocol: 'udp' }]
  const story = given(worker('w1', ['m']), submitted(aJob({ tasks: [{ ports, replicas: 2 }] })))
  story.settle()
  assert.equal(why(story, 'web.api.1'), ['host ports 8080/tcp, 5353/udp are taken'])
})

test('workers of different machines, and those that say nothing of it, may each have the port', () => {
  const story = given(worker('w1', ['m']), worker('w2', ['n']), worker('w3', []), job('web', fixed, { replicas: 4 }))
  assert.equal(inShort(story.settle()).sort(), [
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w2',
    'TaskScheduled web.api.2 on w3',
    'TaskUnplaceable web.api.3',
  ])
})

test('ports of a range are chosen once in a machine, in one batch and in the next', () => {
  const story = given(worker('w1', ['m']), worker('w2', ['m']), job('web', ofRange(21_000, 21_002), { replicas: 2 }))
  assert.equal(chosen(story), ['w1 21000', 'w2 21001'])
  story.given(job('more', ofRange(21_000, 21_002), { replicas: 2 }))
  assert.equal(chosen(story), ['w1 21002', 'TaskUnplaceable'])
  assert.equal(why(story, 'more.api.1'), [
    "all host ports of 21000-21002/tcp are taken, also on w2, which shares w1's machine",
    "all host ports of 21000-21002/tcp are taken, also on w1, which shares w2's machine",
  ])
})

test('who has failed gets another port of its range the next time, since a stranger may have the first', () => {
  const story = given(worker('w1', ['m']), job('web', ofRange(21_000, 21_002)))
  assert.equal(chosen(story), ['w1 21000'])
  const ports: string[] = []
  for (const attempt of [1, 2, 3]) {
    story.given(on('web.api.0', 'w1', attempt).failed(), on('web.api.0', 'w1', attempt).rescheduled(attempt))
    ports.push(...chosen(story))
  }
  assert.equal(ports, ['w1 21001', 'w1 21002', 'w1 21000'])
})

test('a port that is free again wakes who waits for it on another worker of the machine', () => {
  const small = { resources: { cpuMilli: 100, memoryBytes: 0, diskBytes: 0 } }
  const large = { resources: { cpuMilli: 3_000, memoryBytes: 0, diskBytes: 0 } }
  const story = given(
    worker('w1', ['m'], 200),
    worker('w2', ['m']),
    job('first', fixed, { ...small, constraints: [{ attribute: 'worker', operator: '=', value: 'w1' }] }),
  )
  assert.equal(inShort(story.settle()), ['TaskScheduled first.api.0 on w1'])
  story.given(job('second', fixed, large))
  assert.equal(inShort(story.settle()), ['TaskUnplaceable second.api.0'])
  story.given(on('first.api.0', 'w1').completed())
  assert.equal(inShort(story.settle()), ['TaskScheduled second.api.0 on w2'])
})

test('a worker that turns out to be of another machine wakes who waits for a port of its old one', () => {
  for (const portSpaces of [['n'], []]) {
    const story = given(worker('w1', ['m']), worker('w2', ['m']), job('web', fixed, { replicas: 2 }))
    assert.equal(inShort(story.settle()), ['TaskScheduled web.api.0 on w1', 'TaskUnplaceable web.api.1'])
    story.given(worker('w1', portSpaces))
    assert.equal(inShort(story.settle()), ['TaskScheduled web.api.1 on w2'])
  }
})

test('who waits for something else is not looked at again where a port of its machine is taken', () => {
  const volumes: TaskSpec['volumes'] = [{ type: 'volume', source: 'shared', target: '/data' }]
  const gpu = { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, devices: { gpu: 1 } }
  for (const names of [
    ['w1', 'w2'],
    ['w2', 'w1'],
  ]) {
    const story = given(
      ...names.map((name) => worker(name, [`m-${name}`])),
      job('waits', fixed, { resources: gpu, volumes }),
    )
    story.settle()
    story.given(job('first', fixed, { volumes }))
    assert.equal(inShort(story.settle()), ['TaskScheduled first.api.0 on w1'])
  }
})

test('a scheduler that takes over, with a view of what was folded before it, knows the same', () => {
  const story = given(worker('w1', ['m']), worker('w2', ['m']), job('web', fixed, { replicas: 2 }))
  story.settle()
  const details = explain(viewOf(story.view.cluster), story.log.instance('web.api.1'))
  assert.equal(
    details.map((one) => (one.fits ? '' : one.detail)),
    why(story, 'web.api.1'),
  )
})

test('who follows its replica is not sent to where another worker of the machine has its port', () => {
  const together = submitted({
    ...aJob({ tasks: [{ replicas: 1 }, { name: 'log', ports: [fixed] }] }),
    placement: { colocate: true },
  })
  const story = given(worker('w1', ['m']), worker('w2', ['m']), worker('w3', ['n'], 900), job('a', fixed))
  story.settle()
  const home = story.log.instance('a.api.0').worker
  story.given(together)
  assert.ok(inShort(story.settle()).every((line) => line.startsWith('TaskUnplaceable')))
  assert.ok(
    why(story, 'web.api.0').includes(
      `web.log.0 is to follow, and host port 8080/tcp is taken on ${home}, which shares ${home === 'w1' ? 'w2' : 'w1'}'s machine`,
    ),
  )
})

test.run()
