import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Exit } from '#libs/drivers'
import type { HookSpec, TaskSpec } from '#libs/spec'
import { containers, crash, given, ID, news, RESTART, refOf, running, state } from '../../../libs/testing/workerStory'

type Story = ReturnType<typeof given>

const hook = (name: string, more: Partial<HookSpec> = {}): HookSpec => ({
  name,
  command: ['do', name],
  env: {},
  timeoutMs: 60_000,
  ...more,
})
const BEFORE: Partial<TaskSpec> = { prestart: [hook('fetch'), hook('migrate')] }
const AFTER: Partial<TaskSpec> = { poststop: [hook('upload')] }

/** The container of the attempt or, by its name, of a hook of it ends. */
const ends = (sim: Story, name: string, exit: Partial<Exit> = {}): string[] => {
  const run = sim.engine.runs.get(`ork-web-api-0-${name}`)
  if (run === undefined) throw new Error(`there is no ${name}`)
  sim.engine.end(run, { exitCode: 0, oomKilled: false, ...exit })
  return news(sim)
}

/** Everything until the container itself runs, or its end is followed. */
const started = (task: Partial<TaskSpec>): Story => {
  const sim = running(task)
  for (const { name } of task.prestart ?? []) ends(sim, `1.${name}`)
  assert.is(state(sim), 'running #1')
  return sim
}

test('what comes before the start runs one after the other, and then the container', () => {
  const sim = given(BEFORE)
  assert.equal(news(sim), ['Run#1.fetch', 'TaskHookStarted#1'])
  assert.equal([state(sim), sim.log.instance(ID).reason], ['starting #1', 'prestart fetch runs'])
  assert.equal(ends(sim, '1.fetch'), ['TaskHookEnded#1', 'Run#1.migrate', 'TaskHookStarted#1'])
  assert.equal(ends(sim, '1.migrate'), ['TaskHookEnded#1', 'Run#1', 'TaskStarted#1'])
  assert.equal(containers(sim), ['#1.fetch exited', '#1.migrate exited', '#1 running'])
  assert.equal([sim.broken, sim.log.cluster.ignored.illegal], [[], 0])
})

test('a hook is given what the task is, but for its command, its health check and its ports', () => {
  const sim = running({
    ...{ command: ['serve'], args: ['--all'], env: { A: '1', B: '1' } },
    ports: [{ name: 'http', port: 80, hostPort: 0, protocol: 'tcp' }],
    prestart: [hook('migrate', { env: { B: '2' } })],
  })
  const { spec } = [...sim.engine.runs.values()][0] ?? {}
  assert.equal(
    [spec?.command, spec?.args, spec?.env, spec?.ports],
    [['do', 'migrate'], undefined, { A: '1', B: '2' }, []],
  )
  assert.is(spec?.image, 'busybox:1')
})

test('a hook before the start that fails, fails the attempt, and the next one begins with the first', () => {
  const sim = running({ ...BEFORE, restart: { ...RESTART, delayMs: 0 } })
  ends(sim, '1.fetch')
  assert.equal(ends(sim, '1.migrate', { exitCode: 3 }), [
    'TaskHookEnded#1',
    'TaskRestarting#2',
    'Run#2.fetch',
    'TaskHookStarted#2',
  ])
  const once = running({ ...BEFORE, restart: { ...RESTART, policy: 'never' } })
  assert.equal(ends(once, '1.fetch', { exitCode: 3 }), ['TaskHookEnded#1', 'TaskFailed#1'])
  assert.is(once.log.instance(ID).reason, 'prestart fetch: exit code 3')
})

test('the image of a hook is pulled for itself, and that of the container after it', () => {
  const sim = given({ image: 'other:1', prestart: [hook('migrate', { image: 'tools:1' })] })
  assert.equal(news(sim), ['Run#1.migrate', 'TaskPulling#1', 'Pull#1.migrate', 'Run#1.migrate', 'TaskHookStarted#1'])
  assert.equal(ends(sim, '1.migrate'), [
    'TaskHookEnded#1',
    'Run#1',
    'TaskPulling#1',
    'Pull#1',
    'Run#1',
    'TaskStarted#1',
  ])
})

test('a hook that cannot be run fails the attempt for good', () => {
  const sim = given({ prestart: [hook('migrate', { image: 'no/such:1' })] })
  assert.equal(news(sim), ['Run#1.migrate', 'TaskPulling#1', 'Pull#1.migrate', 'TaskHookEnded#1', 'TaskFailed#1'])
  assert.is(sim.log.instance(ID).reason, 'prestart migrate: no such image')
})

test('a hook that takes too long is stopped, and has failed', () => {
  const sim = running({ prestart: [hook('migrate', { timeoutMs: 2_000 })], restart: { ...RESTART, policy: 'never' } })
  assert.is(sim.wakeAt(), 2_000)
  sim.pass(2_000)
  assert.equal(news(sim), ['Stop#1.migrate', 'TaskHookEnded#1', 'TaskFailed#1'])
  assert.match(sim.log.instance(ID).reason ?? '', 'took longer than its timeout of 2s')
})

test('a worker that is killed between a hook and the container goes on where it was', () => {
  const sim = given(BEFORE)
  news(sim)
  crash(sim)
  assert.equal(news(sim), ['TaskHookStarted#1'])
  const run = sim.engine.runs.get('ork-web-api-0-1.fetch')
  if (run !== undefined) sim.engine.end(run, { exitCode: 0, oomKilled: false })
  crash(sim)
  assert.equal(news(sim), ['TaskHookStarted#1', 'TaskHookEnded#1', 'Run#1.migrate', 'TaskHookStarted#1'])
  ends(sim, '1.migrate')
  crash(sim)
  assert.equal([news(sim), state(sim)], [[], 'running #1'])
  assert.equal([sim.broken, sim.log.cluster.ignored.illegal], [[], 0])
})

test('what comes after the end runs before the next attempt, whatever it comes to', () => {
  const sim = started({ ...AFTER, restart: { ...RESTART, delayMs: 0 } })
  assert.equal(ends(sim, '1', { exitCode: 1 }), ['TaskExited#1', 'Run#1.upload', 'TaskHookStarted#1'])
  assert.equal([state(sim), sim.log.instance(ID).reason], ['exited #1', 'poststop upload runs'])
  assert.equal(ends(sim, '1.upload', { exitCode: 9 }), [
    'TaskHookEnded#1',
    'TaskRestarting#2',
    'Run#2',
    'TaskStarted#2',
  ])
  const done = started({ ...AFTER, restart: { ...RESTART, policy: 'on-failure' } })
  ends(done, '1')
  assert.equal(ends(done, '1.upload', { exitCode: 9 }), ['TaskHookEnded#1', 'TaskCompleted#1'])
})

test('what comes after the end runs after a stop, too, and is not stopped with it', () => {
  const sim = started({ ...BEFORE, ...AFTER })
  sim.log.stopJob('web')
  assert.equal(news(sim), ['Stop#1', 'Run#1.upload', 'TaskHookStarted#1'])
  assert.is(state(sim), 'stopping #1')
  crash(sim)
  assert.equal(news(sim), ['TaskHookStarted#1'])
  const told = ends(sim, '1.upload')
  assert.equal(told.slice(0, 2), ['TaskHookEnded#1', 'TaskStopped#1'])
  assert.equal([state(sim), containers(sim), sim.broken], ['stopped #1', [], []])
})

test('what comes after the end is waited for by a stop though somebody has removed what ended', () => {
  const sim = started(AFTER)
  ends(sim, '1')
  sim.engine.remove(refOf(sim, 1))
  sim.relist()
  sim.log.stopJob('web')
  assert.equal([news(sim), state(sim)], [[], 'stopping #1'])
  assert.equal(ends(sim, '1.upload').slice(0, 2), ['TaskHookEnded#1', 'TaskStopped#1'])
  assert.equal([state(sim), containers(sim), sim.broken], ['stopped #1', [], []])
})

test('a stop while something before the start runs ends that, and nothing comes after', () => {
  const sim = running({ ...BEFORE, ...AFTER })
  sim.log.stopJob('web')
  assert.equal(news(sim).slice(0, 2), ['Stop#1.fetch', 'TaskStopped#1'])
  assert.equal([state(sim), containers(sim)], ['stopped #1', []])
})

test('a worker that is killed while something after the end runs waits for it, and gives the verdict that was due', () => {
  const sim = started({ ...AFTER, restart: { ...RESTART, policy: 'on-failure' } })
  ends(sim, '1')
  crash(sim)
  assert.equal(news(sim), ['TaskHookStarted#1'])
  assert.equal(ends(sim, '1.upload'), ['TaskHookEnded#1', 'TaskCompleted#1'])
  assert.equal(sim.broken, [])
})

test('a worker that is killed after a hook that could not be run, while the next one runs, waits for that alone', () => {
  const poststop = [hook('upload', { image: 'no/such:1' }), hook('tidy')]
  const sim = started({ poststop, restart: { ...RESTART, policy: 'on-failure' } })
  assert.ok(ends(sim, '1').includes('Run#1.tidy'))
  crash(sim)
  assert.equal(news(sim), ['TaskHookStarted#1'])
  assert.equal(ends(sim, '1.tidy'), ['TaskHookEnded#1', 'TaskCompleted#1'])
})

test('an attempt that ends by itself while its successor comes up is told of once what comes after its end is over', () => {
  const sim = started(AFTER)
  sim.log.add(sim.log.on(ID).replaceAsked())
  assert.equal(ends(sim, '1').slice(0, 2), ['Run#1.upload', 'TaskHookStarted#1'])
  assert.equal(ends(sim, '1.upload').slice(0, 2), ['TaskHookEnded#1', 'TaskExited#1'])
  assert.equal(sim.broken, [])
})

test.run()
