import { createColors } from 'picocolors'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { DEFAULT_UPDATE, type JobSpec, type TaskSpec } from '#libs/spec'
import { aJob, registered, submitted } from '../../libs/testing/happenings'
import { History } from '../../libs/testing/history'
import { renderPlan, renderPlans } from '../render/plan'
import { type Plan, planSubmit } from './plan'

const cores = (cpuMilli: number) => ({ cpuMilli, memoryBytes: 0, diskBytes: 0 })

/** Three replicas of `web.api` on two workers of a core each: two on w1, one on w2. */
const cluster = (): History => {
  const log = new History()
  for (const worker of ['w1', 'w2']) log.add(registered(worker, 1_000))
  log.add(submitted(web()))
  for (const [index, worker] of ['w1', 'w2', 'w1'].entries()) {
    log.schedule(`web.api.${index}`, worker)
    log.add(log.on(`web.api.${index}`).started())
  }
  return log
}

const web = (over: Partial<TaskSpec> = {}, ...more: readonly Partial<TaskSpec>[]): JobSpec =>
  aJob({ tasks: [{ replicas: 3, resources: cores(400), ...over }, ...more] })

const planned = (spec: JobSpec, log = cluster()): Plan => planSubmit(log.cluster, spec, log.time)

const inShort = ({ instances }: Plan): readonly string[] =>
  instances.map(({ id, step, from, to }) => `${step} ${id} ${from ?? '-'} > ${to ?? '-'}`)

test('the same job again changes nothing', () => {
  const { changed, from, to, instances } = planned(web())
  assert.equal([changed, from, to, instances], [false, 1, 1, []])
})

test('another image replaces each instance, one more is created, and each says where it lands', () => {
  const plan = planned(web({ image: 'busybox:2', replicas: 4 }))
  assert.equal(
    plan.fields.map(({ path, before, after }) => [path, before, after]),
    [
      ['tasks.api.image', 'busybox:1', 'busybox:2'],
      ['tasks.api.replicas', 3, 4],
    ],
  )
  assert.equal(
    inShort(plan).map((line) => line.replace(/w\d$/, 'w?')),
    [0, 1, 2].map((at) => `replace web.api.${at} ${['w1', 'w2', 'w1'][at]} > w?`).concat('create web.api.3 - > w?'),
  )
  const landed = (worker: string): number => plan.instances.filter(({ to }) => to === worker).length
  assert.equal([landed('w1'), landed('w2')], [2, 2])
})

test('another number of instances, or way of updating, replaces nothing', () => {
  const update = { ...DEFAULT_UPDATE, maxParallel: 2 }
  assert.equal(inShort(planned(web({ replicas: 1, update }))), [
    'keep web.api.0 w1 > -',
    'stop web.api.1 w2 > -',
    'stop web.api.2 w1 > -',
  ])
})

test('what fits on no worker says why, by worker', () => {
  const { instances } = planned(web({ resources: cores(1_200) }))
  assert.equal(
    instances.map(({ to }) => to),
    [null, null, null],
  )
  assert.equal(
    instances[0]?.why.map((verdict) => [verdict.worker, verdict.fits ? '' : verdict.filter]),
    [
      ['w1', 'cpu'],
      ['w2', 'cpu'],
    ],
  )
})

test('of a batch job whose instances take turns, those whose turn is to come say so', () => {
  const batch: JobSpec = { ...web({ parallelism: 2, resources: cores(100) }), name: 'crunch', kind: 'batch' }
  const { instances } = planned(batch)
  assert.equal(
    instances.map(({ to, held, why }) => [to === null, held, why.length]),
    [
      [false, null, 0],
      [false, null, 0],
      [true, '2 at a time, and so many are under way', 0],
    ],
  )
})

test('a system job that is new says on which workers it would come to be', () => {
  const agent: JobSpec = { ...aJob({ tasks: [{ resources: cores(100) }] }), name: 'agent', kind: 'system' }
  assert.equal(inShort(planned(agent)), ['create agent.api.0 - > w1', 'create agent.api.1 - > w2'])
})

test('of several jobs each is told as if it were the only one', () => {
  const look = { now: 0, colours: createColors(false) }
  const lines = renderPlans([planned(web()), planned({ ...web(), name: 'shop' })], 'compose.yaml', look).split('\n')
  assert.equal(
    [lines[0], lines[2], lines.at(-1)],
    [
      'web is what the file says: version 1, nothing would change',
      'shop is new, it would be version 1',
      'each as if it were the only one; to have all of them: ork submit compose.yaml',
    ],
  )
})

test('a plan leaves the cluster as it is, and is the same each time', () => {
  const log = cluster()
  const seq = log.cluster.seq
  const spec = web({ image: 'busybox:2' }, { name: 'side', replicas: 2, resources: cores(100) })
  assert.equal(planned(spec, log), planned(spec, log))
  assert.equal([log.cluster.seq, log.cluster.jobs.get('web')?.version], [seq, 1])
})

test('a task that comes and one that goes are told whole', () => {
  const { fields } = planned(aJob({ tasks: [{ name: 'side', replicas: 1 }] }))
  assert.equal(
    fields.map(({ path, before, after }) => [path, before === undefined, after === undefined]),
    [
      ['tasks.api', false, true],
      ['tasks.side', true, false],
    ],
  )
})

test('for people: the fields, each task with how it is updated, each instance, and how to have it', () => {
  const look = { now: 0, colours: createColors(false) }
  const text = renderPlan(planned(web({ image: 'busybox:2', replicas: 2 })), 'web.yaml', look)
  assert.is(
    text.replaceAll(/→ w\d/g, '→ w?'),
    [
      'web would go from version 1 to 2',
      '  ~ tasks.api.image     busybox:1 → busybox:2',
      '  ~ tasks.api.replicas  3 → 2',
      '',
      'api  2 replaced, 1 stopped; 1 at a time, each is stopped first',
      '  ~ web.api.0  w1 → w?',
      '  ~ web.api.1  w2 → w?',
      '  - web.api.2  on w1',
      '',
      'to have exactly this: ork submit web.yaml --check-version 1',
    ].join('\n'),
  )
})

test.run()
