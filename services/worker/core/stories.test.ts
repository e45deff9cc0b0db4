import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Exit } from '#libs/drivers'
import type { TaskSpec } from '#libs/spec'
import { aJob, elected, on } from '../../../libs/testing/happenings'
import { WORKER, WorkerSimulation } from '../../../libs/testing/workerSimulation'
import {
  containers,
  crash,
  ends,
  given,
  ID,
  news,
  only,
  RESTART,
  refOf,
  running,
  state,
} from '../../../libs/testing/workerStory'

/** Cut off from the log, the worker has restarted its container: attempt 2 runs, and nobody knows. */
const restartedUnheard = (): WorkerSimulation => {
  const sim = running({ restart: { ...RESTART, delayMs: 0 } })
  sim.engine.end(only(sim), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  sim.decide()
  sim.carryOut(0, null)
  sim.hear(0)
  sim.decide()
  assert.equal(containers(sim), ['#1 exited', '#2 running'])
  sim.news.length = 0
  return sim
}

/** Its worker is taken for lost, and is given the instance again. */
const placedAgain = (sim: WorkerSimulation): void => {
  sim.log.add(sim.log.on(ID).lost())
  sim.log.schedule(ID, WORKER)
}

/** That the only container is the one of the placement that the log has. */
const assertNew = (sim: WorkerSimulation): void => {
  assert.equal(containers(sim), ['#2 running'])
  assert.equal(only(sim).ref, refOf(sim, 2))
  assert.equal([state(sim), sim.log.instance(ID).container], ['running #2', only(sim).id])
  assert.equal(sim.broken, [])
}

/** Attempt 1 goes on here while attempt 2 is placed here beside it. */
const replacing = (): WorkerSimulation => {
  const sim = running()
  sim.log.add(sim.log.on(ID).replaceAsked())
  sim.log.schedule(ID, WORKER)
  return sim
}

const stopRetiring = (sim: WorkerSimulation): void => {
  const { attempt, placedSeq } = sim.log.instance(ID).retiring ?? { attempt: 0, placedSeq: 0 }
  sim.log.add(on(ID, WORKER, attempt, placedSeq).stopAsked())
}

test('what is placed here is run, and told when it runs', () => {
  const sim = given()
  assert.equal(news(sim), ['Run#1', 'TaskStarted#1'])
  assert.is(state(sim), 'running #1')
})

test('nothing is done before the engine has told what it has', () => {
  const sim = new WorkerSimulation()
  sim.log.register(WORKER)
  sim.log.submit(aJob())
  sim.log.schedule(ID, WORKER)
  assert.equal(news(sim), [])
})

test('an image that is not there is pulled first', () => {
  const sim = given({ image: 'other:1' })
  assert.equal(news(sim), ['Run#1', 'TaskPulling#1', 'Pull#1', 'Run#1', 'TaskStarted#1'])
})

test('an image is fetched before every start where that is asked for, and never where that is', () => {
  const always = given({ pullPolicy: 'always' })
  assert.equal(news(always), ['TaskPulling#1', 'Pull#1', 'Run#1', 'TaskStarted#1'])
  const never = given({ image: 'other:1', pullPolicy: 'never' })
  assert.equal(news(never), ['Run#1', 'TaskFailed#1'])
})

test('what this worker does not give is turned down, so that another worker is asked', () => {
  const sim = given({ env: { DENIED: 'yes' } })
  assert.equal(news(sim), ['Run#1', 'TaskRejected#1'])
  assert.is(sim.log.instance(ID).reason, 'no such secret; put it there')
})

test('an image that nobody has fails the instance once and is not asked for again', () => {
  const sim = given({ image: 'no/such:1' })
  assert.equal(news(sim), ['Run#1', 'TaskPulling#1', 'Pull#1', 'TaskFailed#1'])
  assert.is(sim.log.instance(ID).reason, 'no such image')
  sim.relist()
  assert.equal(news(sim), [])
})

test('a pull that an outage broke off is begun again when the engine is back', () => {
  const sim = given({ image: 'other:1' })
  sim.read(9)
  sim.decide()
  sim.carryOut(0, null)
  sim.hear(0)
  sim.decide()
  sim.carryOut(0, 'unheard')
  sim.hear(0)
  sim.news.length = 0
  assert.equal(news(sim), [])
  sim.relist()
  assert.equal(news(sim), ['Run#1', 'TaskPulling#1', 'Pull#1', 'Run#1', 'TaskStarted#1'])
})

test('an image that was pruned between two attempts is pulled again', () => {
  const sim = running({ image: 'other:1', restart: { ...RESTART, delayMs: 0 } })
  sim.engine.images.clear()
  const again = ['TaskExited#1', 'TaskRestarting#2', 'Run#2', 'TaskPulling#2', 'Pull#2', 'Run#2', 'TaskStarted#2']
  assert.equal(ends(sim, 1), again)
})

/** Its image was pulled, and removed by somebody before the worker heard that. */
const prunedBeforeItsStart = (policy: TaskSpec['restart']['policy']): WorkerSimulation => {
  const sim = given({ image: 'other:1', restart: { ...RESTART, policy, delayMs: 0 } })
  sim.read(9)
  for (const _ of ['Run', 'Pull']) {
    sim.decide()
    sim.carryOut(0, null)
    sim.hear(0)
  }
  sim.engine.images.clear()
  sim.news.length = 0
  return sim
}

test('an image that is removed between its pull and its start is pulled again, by the restart policy', () => {
  const again = ['Run#1', 'TaskRestarting#2', 'Run#2', 'TaskPulling#2', 'Pull#2', 'Run#2', 'TaskStarted#2']
  assert.equal(news(prunedBeforeItsStart('always')), again)
})

test('where nothing is run again that fails it, and says what happened', () => {
  const sim = prunedBeforeItsStart('never')
  assert.equal(news(sim), ['Run#1', 'TaskFailed#1'])
  assert.match(sim.log.instance(ID).reason ?? '', 'it was pulled, and removed again before it could run')
})

test('a container that the engine refuses fails the instance with its reason', () => {
  const sim = given({ env: { BROKEN: 'yes' } })
  assert.equal(news(sim), ['Run#1', 'TaskFailed#1'])
  assert.is(sim.log.instance(ID).reason, 'no such command')
  sim.relist()
  assert.equal(news(sim), ['Remove#1'], 'what was made of it goes')
})

test('progress of a pull that comes late is not told', () => {
  const sim = running()
  sim.see({
    tag: 'Pulling',
    ref: refOf(sim, 1),
    image: 'busybox:1',
    doneBytes: 1,
    totalBytes: 2,
  })
  assert.equal(news(sim), [])
})

const verdicts: readonly (readonly [string, Partial<TaskSpec['restart']>, Partial<Exit>, readonly string[], string])[] =
  [
    ['always: a success is run again', {}, { exitCode: 0 }, ['TaskExited#1', 'TaskRestarting#2'], 'exit code 0'],
    ['always: a failure is run again', {}, { exitCode: 3 }, ['TaskExited#1', 'TaskRestarting#2'], 'exit code 3'],
    [
      'on-failure: a success completes',
      { policy: 'on-failure' },
      { exitCode: 0 },
      ['TaskExited#1', 'TaskCompleted#1'],
      '',
    ],
    [
      'on-failure: out of memory is a failure',
      { policy: 'on-failure' },
      { exitCode: 137, oomKilled: true },
      ['TaskExited#1', 'TaskRestarting#2'],
      'out of memory',
    ],
    ['never: a success completes', { policy: 'never' }, { exitCode: 0 }, ['TaskExited#1', 'TaskCompleted#1'], ''],
    [
      'never: a failure fails',
      { policy: 'never' },
      { exitCode: 143, signal: 'SIGTERM' },
      ['TaskExited#1', 'TaskFailed#1'],
      'killed by SIGTERM',
    ],
    ['no attempts left: it fails', { attempts: 0 }, { exitCode: 1 }, ['TaskExited#1', 'TaskFailed#1'], 'exit code 1'],
  ]
for (const [name, policy, exit, expected, reason] of verdicts) {
  test(name, () => {
    const sim = running({ restart: { ...RESTART, ...policy } })
    assert.equal(ends(sim, 1, exit), expected)
    assert.is(sim.log.instance(ID).reason ?? '', reason)
  })
}

test('restarts wait longer each time, up to the cap, and end when the attempts are used up', () => {
  const sim = running({ restart: { ...RESTART, attempts: 3 } })
  const delays: number[] = []
  for (const attempt of [1, 2, 3]) {
    ends(sim, attempt)
    const before = sim.clock
    while (sim.clock < before + 10_000 && !sim.engine.runs.has(`ork-web-api-0-${attempt + 1}`)) {
      sim.pass(100)
      news(sim)
    }
    delays.push(sim.clock - before)
  }
  assert.equal(delays, [1_000, 2_000, 3_000])
  assert.equal(ends(sim, 4), ['TaskExited#4', 'TaskFailed#4', 'Remove#3'])
  assert.is(sim.log.instance(ID).reason, 'exit code 1, after 3 restarts')
})

test('a run that was long enough makes the restarts count from one again', () => {
  const sim = running()
  ends(sim, 1)
  sim.pass(1_000)
  news(sim)
  sim.pass(60_000)
  ends(sim, 2)
  assert.is(sim.log.instance(ID).restarts, 1)
})

test('waiting restarts tell when they are due, and are not looked at before', () => {
  const sim = running()
  ends(sim, 1)
  assert.is(sim.wakeAt(), sim.clock + 1_000)
  assert.is(sim.view.touched.size, 0)
})

test('the container of the attempt before is kept for its logs, earlier ones go', () => {
  const sim = running({ restart: { ...RESTART, delayMs: 0 } })
  ends(sim, 1)
  assert.equal(containers(sim), ['#1 exited', '#2 running'])
  ends(sim, 2)
  sim.pass(1_000)
  news(sim)
  assert.equal(containers(sim), ['#2 exited', '#3 running'])
})

test('a stop ends the container, then tells, then removes it', () => {
  const sim = running()
  sim.log.stopJob('web')
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
  assert.equal(containers(sim), [])
})

test('a stop while pulling is told at once', () => {
  const sim = given({ image: 'other:1' })
  sim.read(9)
  sim.decide()
  sim.carryOut(0, null)
  sim.hear(0)
  sim.decide()
  sim.log.stopJob('web')
  sim.news.length = 0
  assert.equal(news(sim), ['TaskStopped#1'])
  assert.is(state(sim), 'stopped #1')
})

test('a stop while the container is being started waits for the start', () => {
  const sim = given()
  sim.read(9)
  sim.decide()
  sim.log.stopJob('web')
  sim.read(9)
  sim.decide()
  assert.equal(sim.news.splice(0), [`Run ${ID}#1`])
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
})

test('a stop while a restart waits needs no container', () => {
  const sim = running()
  ends(sim, 1)
  sim.log.stopJob('web')
  assert.equal(news(sim), ['TaskStopped#2', 'Remove#1'])
  assert.is(state(sim), 'stopped #2')
})

test('a stop that crosses an exit still ends: the attempt that the log knows is told of', () => {
  const sim = running({ restart: { ...RESTART, policy: 'never' } })
  sim.engine.end(only(sim), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  sim.log.stopJob('web')
  sim.decide()
  assert.equal(news(sim), ['TaskExited#1', 'TaskFailed#1', 'Remove#1'])
  assert.is(state(sim), 'failed #1')
})

test('a stop that crosses a restart and its failure is told of the attempt that the log stopped at', () => {
  const sim = running({ restart: { ...RESTART, attempts: 1, delayMs: 0 } })
  const end = (attempt: number): void => {
    const run = sim.engine.runs.get(`ork-web-api-0-${attempt}`)
    if (run !== undefined) sim.engine.end(run, { exitCode: 1, oomKilled: false })
    sim.notify(1)
    sim.decide()
  }
  end(1)
  sim.carryOut(0, null)
  sim.hear(0)
  sim.decide()
  end(2)
  sim.log.stopJob('web')
  news(sim)
  assert.is(state(sim), 'stopped #1')
  assert.equal(containers(sim), [])
})

test('a container that vanished is an exit without a code, and is run again', () => {
  const sim = running({ restart: { ...RESTART, delayMs: 0 } })
  sim.engine.remove(refOf(sim, 1))
  assert.equal(news(sim), ['TaskExited#1', 'TaskRestarting#2', 'Run#2', 'TaskStarted#2'])
  assert.is(sim.log.instance(ID).exit?.exitCode, null)
})

test('a container whose end no event told of is found by the next listing', () => {
  const sim = running()
  sim.engine.end(only(sim), { exitCode: 7, oomKilled: false })
  sim.engine.told.length = 0
  assert.equal(news(sim), [])
  sim.relist()
  assert.equal(news(sim), ['TaskExited#1', 'TaskRestarting#2'])
})

test('while the engine is out of reach nothing is said of its containers', () => {
  const sim = running()
  sim.loseEngine()
  sim.log.stopJob('web')
  assert.equal(news(sim), [])
  sim.relist()
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
})

test('a start whose answer was lost is found by the listing after it, not by one before', () => {
  const sim = given()
  sim.read(9)
  sim.decide()
  sim.list()
  sim.list()
  sim.carryOut(0, 'unanswered')
  sim.hear(0)
  sim.list()
  sim.news.length = 0
  assert.equal(news(sim), [], 'that listing had begun before')
  sim.relist()
  assert.equal(news(sim), ['TaskStarted#1'])
})

test('a restarted worker adopts what runs and says nothing', () => {
  const sim = running()
  crash(sim)
  assert.equal(news(sim), [])
  assert.equal(containers(sim), ['#1 running'])
})

test('a restarted worker adopts a later attempt that the log knows', () => {
  const sim = running({ restart: { ...RESTART, delayMs: 0 } })
  ends(sim, 1)
  crash(sim)
  assert.equal(news(sim), [])
  assert.equal(containers(sim), ['#1 exited', '#2 running'])
})

test('a restarted worker adopts what its engine lists before the log is read', () => {
  const sim = running()
  sim.crash(() => true, true)
  assert.equal(news(sim), [])
  assert.equal(containers(sim), ['#1 running'])
})

test('a restarted worker starts a container that was only created', () => {
  const sim = given()
  const run = sim.engine.run(refOf(sim, 1), sim.log.instance(ID).spec)
  assert.is(run._tag, 'Right')
  for (const made of sim.engine.runs.values()) made.state = 'created'
  crash(sim)
  assert.equal(news(sim), ['Run#1', 'TaskStarted#1'])
})

test('a restarted worker tells what ended while it was away, and goes on by the policy', () => {
  const sim = running()
  sim.engine.end(only(sim), { exitCode: 9, oomKilled: false })
  crash(sim)
  assert.equal(news(sim), ['TaskExited#1', 'TaskRestarting#2'])
})

test('a restarted worker tells of a run that began and ended untold', () => {
  const sim = given()
  sim.read(9)
  sim.decide()
  sim.carryOut(0, null)
  sim.engine.end(only(sim), { exitCode: 9, oomKilled: false })
  sim.news.length = 0
  crash(sim)
  assert.equal(news(sim), ['TaskStarted#1', 'TaskExited#1', 'TaskRestarting#2'])
})

test('a restarted worker judges an exit that was told but not judged, also without its container', () => {
  for (const gone of [false, true]) {
    const sim = running({ restart: { ...RESTART, policy: 'on-failure' } })
    sim.engine.end(only(sim), { exitCode: 0, oomKilled: false })
    sim.notify(1)
    sim.decide()
    sim.send(0, false)
    assert.is(state(sim), 'exited #1')
    if (gone) sim.engine.remove(refOf(sim, 1))
    sim.news.length = 0
    crash(sim)
    assert.equal(news(sim), ['TaskCompleted#1'])
  }
})

test('what an earlier life told, and a full log has yet to take, is waited for before anything is decided', () => {
  const sim = restartedUnheard()
  const told = sim.unsent
  assert.equal(
    told.map(({ draft }) => draft.type),
    ['TaskExited', 'TaskRestarting', 'TaskStarted'],
  )
  crash(sim)
  sim.view.untold = new Set([ID])
  sim.engine.end(only(sim, 2), { exitCode: 1, oomKilled: false })
  assert.equal(news(sim), [])
  for (const fact of told) sim.store(fact)
  assert.equal(news(sim), [], 'the log may come to it in pieces')
  sim.view.untold = new Set()
  assert.equal(news(sim), ['TaskExited#2', 'TaskRestarting#3', 'Remove#1'])
})

test('a restarted worker catches the log up with an attempt that it never heard of', () => {
  const sim = running({ restart: { ...RESTART, delayMs: 0 } })
  sim.engine.end(only(sim), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  sim.decide()
  sim.carryOut(0, null)
  sim.news.length = 0
  crash(sim)
  assert.equal(news(sim), ['TaskExited#1', 'TaskRestarting#2', 'TaskStarted#2'])
  assert.is(state(sim), 'running #2')
})

test('a restarted worker waits for the rest of a delay, by the time of the log', () => {
  const sim = running()
  ends(sim, 1)
  sim.pass(400)
  crash(sim)
  assert.equal(news(sim), [])
  assert.is(sim.wakeAt(), sim.clock + 600)
})

test('an instance that was moved away is stopped and removed without a word', () => {
  const sim = running()
  sim.log.add(sim.log.on(ID).lost())
  sim.log.schedule(ID, 'w2')
  assert.equal(news(sim), ['Stop#1', 'Remove#1'])
})

test('an instance that was lost and is placed here again starts when the old container has ended', () => {
  const sim = running()
  sim.log.add(sim.log.on(ID).lost())
  sim.log.schedule(ID, WORKER)
  assert.equal(news(sim), ['Stop#1', 'Run#2', 'Remove#1', 'TaskStarted#2'])
})

test('a restart that the log never heard of is not taken for the new placement of that number', () => {
  const sim = restartedUnheard()
  placedAgain(sim)
  assert.equal(news(sim), ['Remove#1', 'Stop#2', 'Remove#2', 'Run#2', 'TaskStarted#2'])
  assertNew(sim)
})

test('nor is it by a worker that died and was away meanwhile', () => {
  for (const listsFirst of [false, true]) {
    const sim = restartedUnheard()
    placedAgain(sim)
    sim.crash(() => true, listsFirst)
    sim.relist()
    assert.equal(news(sim), ['Remove#1', 'Stop#2', 'Remove#2', 'Run#2', 'TaskStarted#2'])
    assertNew(sim)
  }
})

test('nor is its end, which only the next start finds, the end of the new attempt', () => {
  const sim = restartedUnheard()
  placedAgain(sim)
  for (const run of sim.engine.runs.values()) sim.engine.end(run, { exitCode: 1, oomKilled: false })
  crash(sim)
  assert.equal(news(sim), ['Remove#1', 'Remove#2', 'Run#2', 'TaskStarted#2'])
  assertNew(sim)
})

test('nor does one of a later number count for it', () => {
  const sim = restartedUnheard()
  sim.engine.end(only(sim, 2), { exitCode: 1, oomKilled: false })
  sim.notify(1)
  sim.decide()
  sim.pass(1_000)
  sim.decide()
  for (let effects = 0; effects < 2; effects += 1) {
    sim.carryOut(0, null)
    sim.hear(0)
  }
  assert.ok(containers(sim).includes('#3 running'))
  placedAgain(sim)
  sim.news.length = 0
  const told = news(sim).filter((line) => line.startsWith('Task'))
  assert.equal(told, ['TaskStarted#2'])
  assertNew(sim)
})

test('a pull of an earlier placement that fails says nothing about the new one', () => {
  const sim = restartedUnheard()
  const old = refOf(sim, 2)
  placedAgain(sim)
  sim.read(9)
  sim.decide()
  sim.see({ tag: 'Pulled', driver: 'simulated', ref: old, error: { tag: 'ImageMissing', what: 'no such image' } })
  news(sim)
  assertNew(sim)
})

test('facts of an earlier placement that come late change nothing about the new one', () => {
  const sim = restartedUnheard()
  placedAgain(sim)
  for (let facts = 0; facts < 3; facts += 1) sim.send(0, false)
  assert.is(state(sim), 'scheduled #2', 'neither TaskExited#1, TaskRestarting#2 nor TaskStarted#2 is of this placement')
  assert.is(sim.log.cluster.ignored.illegal, 3)
  news(sim)
  assertNew(sim)
})

test('a container of an earlier placement that comes up unseen is removed before the new attempt runs', () => {
  const sim = running()
  const old = refOf(sim, 2)
  placedAgain(sim)
  sim.engine.run(old, sim.log.instance(ID).spec)
  assert.equal(news(sim), ['Stop#1', 'Run#2', 'Remove#1'], 'the engine is asked what it has')
  sim.relist()
  assert.equal(news(sim), ['Stop#2', 'Remove#2', 'Run#2', 'TaskStarted#2'])
  assert.equal([state(sim), only(sim).ref], ['running #2', refOf(sim, 2)])
})

test('containers that no instance here has are stopped and removed', () => {
  const sim = running()
  const { spec } = sim.log.instance(ID)
  sim.engine.run({ ...refOf(sim, 4), index: 7 }, spec)
  sim.relist()
  assert.equal(news(sim), ['Stop web.api.7#4', 'Remove web.api.7#4'])
})

test('the last container of a finished instance stays until its job is stopped or runs it again', () => {
  const sim = running({ restart: { ...RESTART, policy: 'never' } }, 'batch')
  ends(sim, 1, { exitCode: 0 })
  assert.equal(containers(sim), ['#1 exited'])
  crash(sim)
  assert.equal(news(sim), [])
  assert.equal(containers(sim), ['#1 exited'])
  sim.log.stopJob('web')
  assert.equal(news(sim), ['Remove#1'])
})

test('a listing that began before a container was removed does not bring it back', () => {
  const sim = running()
  sim.list()
  sim.list()
  sim.log.stopJob('web')
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
  sim.list()
  assert.equal(news(sim), [])
  assert.is(sim.view.containers.size, 0)
})

test('a container that cannot be removed is tried again after the next listing, and blocks nobody', () => {
  const sim = running()
  sim.log.stopJob('web')
  sim.read(9)
  sim.decide()
  sim.carryOut(0, null)
  sim.hear(0)
  sim.decide()
  const ref = refOf(sim, 1)
  sim.see({ tag: 'RemoveDone', driver: 'simulated', ref, error: { tag: 'Refused', what: 'device is busy' } })
  sim.news.length = 0
  sim.decide()
  assert.equal(sim.news, [])
  assert.is(sim.view.engines.get('simulated')?.state, 'listed')
})

test('a worker turns down what does not fit, and what needs a driver that it does not have', () => {
  const sim = given({ resources: { cpuMilli: 5_000_000, memoryBytes: 0, diskBytes: 0 } })
  assert.equal(news(sim), ['TaskRejected#1'])
  assert.is(sim.log.instance(ID).reason, 'no room: 5000 cores would be promised of 1000 cores')
  const other = given({ driver: 'process' })
  assert.equal(news(other), ['TaskRejected#1'])
})

test('a stop ends though the driver is not there any more', () => {
  const sim = given({ driver: 'process' })
  sim.log.add(sim.log.on(ID).started())
  sim.log.stopJob('web')
  assert.equal(news(sim), ['TaskStopped#1'])
})

test('an attempt that is replaced goes on beside its successor until it is told to stop', () => {
  const sim = replacing()
  assert.equal(news(sim), ['Run#2', 'TaskStarted#2'])
  assert.equal(containers(sim), ['#1 running', '#2 running'])
  stopRetiring(sim)
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
  assert.equal([containers(sim), state(sim), sim.log.instance(ID).retiring], [['#2 running'], 'running #2', null])
  assert.equal(sim.broken, [])
})

test('both attempts are found again after a crash', () => {
  const sim = replacing()
  news(sim)
  crash(sim)
  assert.equal(news(sim), [])
  stopRetiring(sim)
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
})

test('a retiring attempt that ends is told of and not restarted', () => {
  const sim = replacing()
  news(sim)
  assert.equal(ends(sim, 1), ['TaskExited#1', 'Remove#1'])
  assert.equal([containers(sim), sim.log.instance(ID).retiring], [['#2 running'], null])
})

test('an attempt that was restarted before it heard of its successor is over, and leaves room for it', () => {
  const sim = restartedUnheard()
  sim.log.add(sim.log.on(ID).replaceAsked())
  sim.log.schedule(ID, WORKER)
  news(sim)
  assertNew(sim)
})

test('an attempt here whose successor is elsewhere goes on until it is told to stop', () => {
  const sim = running()
  sim.log.register('w2')
  sim.log.add(sim.log.on(ID).replaceAsked())
  sim.log.schedule(ID, 'w2')
  assert.equal(news(sim), [])
  stopRetiring(sim)
  assert.equal(news(sim), ['Stop#1', 'TaskStopped#1', 'Remove#1'])
})

test('a job that stops takes both attempts along', () => {
  const sim = replacing()
  news(sim)
  sim.log.stopJob('web')
  news(sim)
  assert.equal([containers(sim), state(sim)], [[], 'stopped #2'])
})

test('what a leader decides that was succeeded moves no worker: nothing is begun on its word, nothing is ended', () => {
  const sim = running()
  for (const role of ['manager', 'scheduler'] as const) sim.log.add(elected(role, 'other', 2))
  const stale = { epoch: 1 }
  sim.log.add(sim.log.on(ID).stopAsked(), stale)
  sim.log.add(sim.log.on(ID).lost(), stale)
  sim.log.submit(aJob({ name: 'late', tasks: [{ restart: RESTART }] }))
  sim.log.schedule('late.api.0', WORKER)
  assert.equal(news(sim), [])
  assert.equal([state(sim), sim.view.cluster.ignored.stale], ['running #1', 3])
})

test.run()
