import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { instancesOf, isPlaced } from '#libs/cluster'
import type { Draft } from '#libs/events'
import type { JobKind, TaskSpec } from '#libs/spec'
import { CoreStory, type Happened, inShort } from '../../../libs/testing/coreStory'
import { aJob, draining, fired, on, registered, stopAsked, submitted } from '../../../libs/testing/happenings'
import { recomputedDifferences } from '../../../libs/testing/recomputed'
import { explain, planRebalance, recompute, type SchedulerView, schedulerCore } from '.'

type Story = CoreStory<SchedulerView>

const cores = (cpuMilli: number) => ({ cpuMilli, memoryBytes: 0, diskBytes: 0 })

/** A job `web` whose tasks share a worker: `api`, and a `log` beside each. */
const together = (
  api: Partial<TaskSpec> = {},
  log: Partial<TaskSpec> = {},
  { version = 1, kind = 'service' as JobKind, priority = 50, name = 'web' } = {},
): Draft =>
  submitted(
    {
      ...aJob({
        name,
        kind,
        tasks: [
          { replicas: 2, ...api },
          { name: 'log', replicas: 2, ...log },
        ],
      }),
      placement: { colocate: true },
      priority,
    },
    version,
  )

const given = (...drafts: readonly Happened[]): Story => new CoreStory(schedulerCore()).given(...drafts)

const placed = (story: Story): string[] => inShort(story.settle()).sort()

const why = (story: Story, id: string): readonly (readonly string[])[] =>
  explain(story.view, story.log.instance(id)).map((one) => [one.worker, one.fits ? '' : `${one.filter}: ${one.detail}`])

/** All that is placed runs. */
const run = (story: Story): Story => {
  story.settle()
  for (const instance of instancesOf(story.log.cluster, 'web')) {
    if (instance.state === 'scheduled')
      story.given(story.log.on(`web.${instance.task.name}.${instance.index}`).started())
  }
  return story
}

test('who goes where others of its replica are counts for the spread of its task', () => {
  const spread = [{ attribute: 'worker', weight: 50 }] as const
  const job = together({ replicas: 1 }, { replicas: 2, spread, dependsOn: { api: 'started' } })
  const policy: Draft = { type: 'PolicySet', data: { policy: 'binpack', seed: null, preemption: null } }
  const story = given(policy, registered('w1'), registered('w2'), job)
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w1'])
  story.given(story.log.on('web.api.0').started())
  assert.equal(placed(story), ['TaskScheduled web.log.0 on w1', 'TaskScheduled web.log.1 on w2'])
})

test('each replica is on one worker, which has room for all of it', () => {
  const story = given(registered('w1', 900), registered('w2', 2_000), together())
  assert.equal(placed(story), [
    'TaskScheduled web.api.0 on w2',
    'TaskScheduled web.api.1 on w2',
    'TaskScheduled web.log.0 on w2',
    'TaskScheduled web.log.1 on w2',
  ])
})

test('replicas go apart as the policy has it, each with all that it asks for, and a task with fewer is with the first', () => {
  const story = given(registered('w1'), registered('w2'), together({ resources: cores(100) }, { replicas: 1 }))
  assert.equal(placed(story), [
    'TaskScheduled web.api.0 on w1',
    'TaskScheduled web.api.1 on w2',
    'TaskScheduled web.log.0 on w1',
  ])
})

test('a worker must suit all of them: constraints, devices, ports and those that share none', () => {
  const zone = { constraints: [{ attribute: 'label.zone', operator: '=' as const, value: 'a' }] }
  const story = given(
    registered('w1'),
    registered('w2', 4_000, {}, { zone: 'a' }),
    together({ replicas: 1 }, { replicas: 1, ...zone }),
  )
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w2', 'TaskScheduled web.log.0 on w2'])
  const gpu = { resources: { ...cores(100), devices: { gpu: 1 } }, replicas: 1 }
  const two = given(registered('w1', 4_000, { gpu: 1 }), registered('w2', 4_000, { gpu: 2 }), together(gpu, gpu))
  assert.equal(placed(two), ['TaskScheduled web.api.0 on w2', 'TaskScheduled web.log.0 on w2'])
  const range = {
    replicas: 1,
    ports: [{ name: 'http', port: 80, hostPort: 0, hostPortRange: { from: 80, to: 80 }, protocol: 'tcp' as const }],
  }
  const one = given(registered('w1'), together(range, range))
  assert.equal(inShort(one.settle()), ['TaskUnplaceable web.api.0', 'TaskUnplaceable web.log.0'])
  assert.equal(why(one, 'web.api.0'), [
    ['w1', 'followers: web.log.0 is to follow, and all host ports of 80-80/tcp are taken'],
  ])
  const apart = given(registered('w1'), registered('w2'), registered('w3'), together({}, { distinctWorkers: true }))
  const workers = placed(apart).map((line) => line.slice(-2))
  assert.equal([workers[0], workers[1]], [workers[2], workers[3]])
  assert.is.not(workers[0], workers[1])
})

test('room is kept for those that are placed later, and they go nowhere else', () => {
  const waits = { replicas: 1, dependsOn: { api: 'started' as const } }
  const story = given(registered('w1', 1_000), registered('w2', 1_000), together({ replicas: 1 }, waits))
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w1'])
  story.given(submitted(aJob({ name: 'other', tasks: [{ replicas: 3 }] })))
  assert.equal(placed(story), [
    'TaskScheduled other.api.0 on w2',
    'TaskScheduled other.api.1 on w2',
    'TaskUnplaceable other.api.2',
  ])
  assert.equal(why(story, 'other.api.2')[0], [
    'w1',
    'cpu: asks for 0.5 cores, 0 of 1 core free; room is kept for web.log.0',
  ])
  assert.equal(why(story, 'web.log.0')[1], ['w2', 'colocate: its replica runs on w1'])
  story.given(on('web.api.0').started())
  assert.equal(placed(story), ['TaskScheduled web.log.0 on w1'])
})

test('so are its ports and devices', () => {
  const gpu = { resources: { ...cores(100), devices: { gpu: 1 } }, replicas: 1 }
  const story = given(
    registered('w1', 4_000, { gpu: 1 }),
    together({ replicas: 1 }, { ...gpu, dependsOn: { api: 'started' as const } }),
  )
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w1'])
  story.given(submitted(aJob({ name: 'other', tasks: [gpu] })))
  assert.equal(placed(story), ['TaskUnplaceable other.api.0'])
  story.given(on('web.api.0').started())
  assert.equal(placed(story), ['TaskScheduled web.log.0 on w1'])
})

test('what has no room together is told with what all of them ask for, and waits until there is', () => {
  const story = given(registered('w1', 1_000), submitted(aJob({ name: 'other', tasks: [{ resources: cores(100) }] })))
  story.settle()
  story.given(together({ replicas: 1 }, { replicas: 1 }))
  assert.equal(placed(story), ['TaskUnplaceable web.api.0', 'TaskUnplaceable web.log.0'])
  assert.equal(why(story, 'web.api.0'), [['w1', 'cpu: its replica asks for 1 core, 0.9 of 1 core free']])
  assert.equal(recompute(story.log.cluster, story.log.instance('web.api.0'))?.remedies, [
    { needs: ['0.1 more cpu'], workers: ['w1'] },
  ])
  story.given(stopAsked('other'), on('other.api.0').stopped())
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w1', 'TaskScheduled web.log.0 on w1'])
})

test('one that fails where the rest of its replica runs stays there, and avoids it where nothing binds it', () => {
  const story = run(given(registered('w1'), registered('w2'), together({ replicas: 1 }, { replicas: 1 })))
  const again = (id: string) => [story.log.on(id).failed(), story.log.on(id).rescheduled(1)]
  story.given(...again('web.api.0'))
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w1'])
  story.given(on('web.api.0', 'w1', 2).started(), on('web.api.0', 'w1', 2).failed(), on('web.log.0').failed())
  story.given(on('web.api.0', 'w1', 2).rescheduled(1), on('web.log.0').rescheduled(1))
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w2', 'TaskScheduled web.log.0 on w2'])
})

test('a replica that is drained moves as one: the first finds room for all, the others follow', () => {
  const story = run(given(registered('w1', 1_000), together({ replicas: 1 }, { replicas: 1 })))
  story.given(registered('w2', 600), registered('w3', 1_000), draining('w1'))
  story.given(story.log.on('web.log.0').replaceAsked())
  assert.equal(placed(story), ['TaskScheduled web.log.0 on w3'])
  story.given(submitted(aJob({ name: 'other', tasks: [{ replicas: 2, resources: cores(600) }] })))
  assert.equal(
    placed(story),
    ['TaskScheduled other.api.0 on w2', 'TaskUnplaceable other.api.1'],
    'the room on w3 is kept',
  )
  story.given(story.log.on('web.api.0').replaceAsked())
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w3'])
})

test('a replica whose worker is lost goes elsewhere once all of it is given up', () => {
  const story = run(given(registered('w1'), together({ replicas: 1 }, { replicas: 1 })))
  story.given(registered('w2'), { type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  story.given(story.log.on('web.api.0').lost())
  assert.equal(placed(story), ['TaskUnplaceable web.api.0'])
  assert.equal(why(story, 'web.api.0'), [
    ['w1', 'ready: worker is lost'],
    ['w2', 'colocate: its replica runs on w1'],
  ])
  story.given(story.log.on('web.log.0').lost())
  assert.equal(placed(story), ['TaskScheduled web.api.0 on w2', 'TaskScheduled web.log.0 on w2'])
})

test('what has completed has left its work where it was: there the others go, unless its worker is gone', () => {
  const batch = () =>
    run(
      given(
        registered('w1'),
        registered('w2'),
        together({ replicas: 1 }, { replicas: 1, dependsOn: { api: 'completed' as const } }, { kind: 'batch' }),
      ),
    )
  const story = batch()
  story.given(submitted(aJob({ name: 'other' })), on('web.api.0').completed())
  assert.ok(placed(story).includes('TaskScheduled web.log.0 on w1'))
  const gone = batch()
  gone.given({ type: 'WorkerLost', data: { worker: 'w1', silentMs: 15_000 } })
  assert.equal(placed(gone.given(on('web.api.0').completed())), ['TaskScheduled web.log.0 on w2'])
})

test('each run of a cron job has replicas of its own', () => {
  const story = given(registered('w1'), registered('w2'), together({}, { replicas: 1 }, { kind: 'cron' }))
  story.given(fired(null, 'r1', 0), fired(null, 'r2', 1))
  const at = new Map(placed(story).map((line) => [line.slice(14, -6), line.slice(-2)]))
  assert.is(at.size, 6)
  assert.equal([at.get('web.log.0'), at.get('web.log.1')], [at.get('web.api.0'), at.get('web.api.2')])
})

test('room is made for a whole replica, and a whole replica makes it', () => {
  const on1: Draft = { type: 'PolicySet', data: { policy: 'binpack', seed: null, preemption: true } }
  const one = { replicas: 1 }
  const story = run(given(on1, registered('w1', 1_000), together(one, one, { priority: 20 })))
  story.given(together(one, one, { priority: 90, name: 'high' }))
  const isPreempted = (line: string): boolean => line.startsWith('TaskPreempted')
  assert.equal(placed(story).filter(isPreempted), ['TaskPreempted web.api.0 on w1', 'TaskPreempted web.log.0 on w1'])
  story.given(story.log.on('web.api.0').stopped())
  assert.equal(
    placed(story).filter((line) => line.startsWith('TaskScheduled')),
    [],
  )
  story.given(story.log.on('web.log.0').stopped())
  assert.equal(
    placed(story).filter((line) => line.startsWith('TaskScheduled')),
    ['TaskScheduled high.api.0 on w1', 'TaskScheduled high.log.0 on w1'],
  )
})

test('it is moved for no balance, and a change of it moves nothing', () => {
  const story = run(given(registered('w1'), together()))
  story.given(registered('w2'), registered('w3'))
  assert.equal(planRebalance(story.view, 10).moves, [])
  story.given(submitted({ ...aJob({ tasks: [{ replicas: 2 }, { name: 'log', replicas: 2 }] }) }, 2))
  assert.equal(placed(story), [])
})

/** Whatever happens to some of them. */
const step = fc.record({
  what: fc.constantFrom('start', 'stop', 'fail', 'replace', 'lose', 'drain', 'open', 'scale', 'other'),
  at: fc.nat(5),
  task: fc.constantFrom('api', 'log'),
})

const tell = (
  story: Story,
  { what, at, task }: { what: string; at: number; task: string },
  version: number,
): Happened[] => {
  const instance = story.log.cluster.jobs.get('web')?.tasks.get(task)?.instances.at(at)
  const next = () => story.log.on(`web.${task}.${at}`)
  const is = instance?.state ?? 'pending'
  switch (what) {
    case 'start':
      return is === 'scheduled' ? [next().started()] : []
    case 'stop':
      return isPlaced(is) ? [next().stopped()] : []
    case 'fail':
      return isPlaced(is) ? [next().failed(), next().rescheduled(1)] : []
    case 'replace':
      return is === 'running' && instance?.retiring === null ? [next().replaceAsked()] : []
    case 'lose':
      return isPlaced(is) ? [next().lost()] : []
    case 'drain':
      return [draining(`w${1 + (at % 3)}`)]
    case 'open':
      return [registered(`w${4 + at}`, 1_500)]
    case 'scale':
      return [together({ replicas: at }, { replicas: 1 + (at % 3), resources: cores(100 + 100 * at) }, { version })]
    default:
      return [submitted(aJob({ name: `o${version}`, tasks: [{ replicas: at, resources: cores(300) }] }))]
  }
}

test('whatever happens, each replica is on one worker, and every placement is made again from the log', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const story = given(registered('w1', 1_500), registered('w2', 1_500), registered('w3', 1_500), together())
      story.settle()
      let version = 1
      for (const one of steps) {
        if (one.what === 'scale' || one.what === 'other') version += 1
        story.given(
          ...tell(story, one, one.what === 'scale' ? (story.log.cluster.jobs.get('web')?.version ?? 0) + 1 : version),
        )
        story.settle()
        const { workers } = story.log.cluster
        const homes = new Map<number, string>()
        for (const { index, state, worker, task } of instancesOf(story.log.cluster, 'web')) {
          const isOpen = workers.get(worker ?? '')?.intake === 'open'
          if (worker === null || !isOpen || !isPlaced(state) || state === 'stopping' || index >= task.replicas) continue
          assert.is(homes.get(index) ?? worker, worker, `replica ${index} is on ${worker} and ${homes.get(index)}`)
          homes.set(index, worker)
        }
        for (const { capacity, reserved, name } of workers.values()) {
          assert.ok(reserved.cpuMilli <= capacity.cpuMilli, `${name} is promised more than it has`)
        }
      }
      assert.equal(recomputedDifferences(story.log.entries), [])
    }),
  )
})

test.run()
