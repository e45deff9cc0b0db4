import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Health } from '#libs/cluster'
import type { HealthSpec } from '#libs/spec'
import { aJob } from '../../../libs/testing/happenings'
import { WORKER, WorkerSimulation } from '../../../libs/testing/workerSimulation'
import { crash, given, ID, news, only, RESTART, running, state } from '../../../libs/testing/workerStory'
import { judge, NO_CHECK } from './check'
import { PROBES_AT_ONCE } from './health'

const HEALTH: HealthSpec = {
  tcp: { port: 80 },
  intervalMs: 10_000,
  timeoutMs: 1_000,
  retries: 3,
  startPeriodMs: 0,
  successThreshold: 1,
}
const AT_ONCE = { ...RESTART, delayMs: 0 }

/** So much time passes, as often as the worker wants to look; what it decided meanwhile, but for its probes. */
const through = (sim: WorkerSimulation, ms: number): string[] => {
  const all: string[] = []
  for (const end = sim.clock + ms; ; ) {
    all.push(...news(sim).filter((line) => !line.startsWith('Probe')))
    const wakeAt = Math.min(end, Math.max(sim.wakeAt() ?? end, sim.clock))
    if (sim.clock >= end) return all
    sim.pass(Math.max(wakeAt - sim.clock, 0.001))
  }
}

/** Of each event of a type, why. */
const reasons = (sim: WorkerSimulation, type: 'TaskRestarting' | 'TaskHealthChanged'): (string | null)[] =>
  sim.log.entries.flatMap(({ event }) => (event.type === type ? [event.data.reason] : []))

const health = (sim: WorkerSimulation) => sim.log.instance(ID).health

test('an instance that is checked is up once a probe has succeeded', () => {
  const sim = running({ health: HEALTH })
  assert.equal([state(sim), health(sim)], ['running #1', 'starting'])
  assert.equal(through(sim, 1_000), ['TaskHealthChanged#1'])
  assert.is(health(sim), 'healthy')
  assert.equal(through(sim, 60_000), [], 'it is told only when it changes')
  assert.equal(sim.broken, [])
})

test('one that is not checked is never probed', () => {
  const sim = running({ health: { ...HEALTH, tcp: undefined, disable: true } as never })
  assert.equal([through(sim, 60_000), health(sim)], [[], null])
})

test('one that is not well any more is ended after its retries, and restarted by its policy', () => {
  const sim = running({ health: HEALTH, restart: AT_ONCE })
  through(sim, 1_000)
  only(sim).isWell = false
  assert.equal(through(sim, 19_000), [], 'two failures are not three')
  assert.equal(through(sim, 11_000), [
    'TaskHealthChanged#1',
    'Stop#1',
    'TaskExited#1',
    'TaskRestarting#2',
    'Run#2',
    'TaskStarted#2',
    'TaskHealthChanged#2',
  ])
  assert.equal(reasons(sim, 'TaskRestarting'), ['unhealthy: status 500'])
  assert.equal([state(sim), health(sim)], ['running #2', 'healthy'])
  assert.equal(sim.broken, [])
})

test('one failure among successes is none', () => {
  const sim = running({ health: HEALTH })
  through(sim, 1_000)
  for (let round = 0; round < 10; round += 1) {
    only(sim).isWell = round % 3 === 2
    assert.equal(through(sim, 10_000), [])
  }
  assert.is(health(sim), 'healthy')
})

test('what never comes up is unhealthy after its retries, an interval apart', () => {
  const sim = running({ health: HEALTH, restart: { ...AT_ONCE, policy: 'never' } })
  only(sim).isWell = false
  assert.equal(through(sim, 29_500), [])
  assert.equal(through(sim, 2_500), ['TaskHealthChanged#1', 'Stop#1', 'TaskExited#1', 'TaskFailed#1'])
  assert.equal([state(sim), sim.log.instance(ID).reason], ['failed #1', 'unhealthy: status 500'])
})

test('in its start period a failure does not count', () => {
  const sim = running({ health: { ...HEALTH, startPeriodMs: 60_000 } })
  only(sim).isWell = false
  assert.equal(through(sim, 80_000), [])
  only(sim).isWell = true
  assert.equal(through(sim, 1_000), ['TaskHealthChanged#1'])
})

test('a worker that was killed goes on checking, and carries out what it had found', () => {
  const sim = running({ health: HEALTH, restart: AT_ONCE })
  through(sim, 1_000)
  crash(sim)
  only(sim).isWell = false
  sim.news.length = 0
  assert.ok(through(sim, 40_000).includes('TaskRestarting#2'))

  const late = running({ health: HEALTH, restart: AT_ONCE })
  only(late).isWell = false
  late.log.add(late.log.on(ID).unhealthy())
  crash(late)
  assert.equal(news(late).slice(0, 3), ['Stop#1', 'TaskExited#1', 'TaskRestarting#2'])
  assert.equal(reasons(late, 'TaskRestarting'), ['unhealthy: status 500'])
})

test('one whose container ended before it was told why is restarted for having been unhealthy', () => {
  const sim = running({ health: HEALTH, restart: { ...AT_ONCE, policy: 'on-failure' } })
  sim.log.add(sim.log.on(ID).unhealthy())
  sim.engine.end(only(sim), { exitCode: 0, oomKilled: false })
  crash(sim)
  assert.equal(news(sim).slice(0, 2), ['TaskExited#1', 'TaskRestarting#2'], 'exit code 0 is no success of it')
})

test('what its engine says by the check of its image counts where the task has none', () => {
  const sim = running({ env: { IMAGE_HEALTH: '1' }, restart: AT_ONCE })
  assert.is(health(sim), 'starting')
  sim.engine.tellHealth(only(sim), 'healthy')
  assert.equal(news(sim), ['TaskHealthChanged#1'])
  sim.engine.tellHealth(only(sim), 'unhealthy')
  assert.equal(news(sim).slice(0, 4), ['TaskHealthChanged#1', 'Stop#1', 'TaskExited#1', 'TaskRestarting#2'])
})

test('what its engine said while nobody listened is found by listing', () => {
  const sim = running({ env: { IMAGE_HEALTH: '1' } })
  sim.engine.tellHealth(only(sim), 'healthy')
  sim.engine.told.length = 0
  sim.relist()
  assert.equal(news(sim), ['TaskHealthChanged#1'])
})

test('an engine that does not answer says nothing about the instance', () => {
  const sim = given({ health: HEALTH })
  news(sim)
  through(sim, 1_000)
  for (let round = 0; round < 10; round += 1) {
    sim.pass(10_000)
    sim.decide()
    sim.carryOut(0, 'unheard')
    sim.hear(0)
    sim.relist()
    sim.decide()
  }
  assert.is(health(sim), 'healthy')
  assert.equal(reasons(sim, 'TaskHealthChanged'), [null])
})

test('probing ends with the container', () => {
  const sim = running({ health: HEALTH })
  through(sim, 1_000)
  sim.log.add(sim.log.on(ID).stopAsked())
  news(sim)
  sim.pass(60_000)
  assert.equal(news(sim), [])
})

test('of many instances no more are probed at once than there is room for, each in its turn and spread out in time', () => {
  const sim = new WorkerSimulation()
  sim.log.register(WORKER)
  sim.log.submit(
    aJob({ tasks: [{ replicas: 100, health: HEALTH, resources: { cpuMilli: 1, memoryBytes: 1, diskBytes: 0 } }] }),
  )
  for (let index = 0; index < 100; index += 1) sim.log.schedule(`web.api.${index}`, WORKER)
  sim.engine.images.add('busybox:1')
  sim.relist()
  sim.flow()
  sim.pass(600) // all are due
  const probed = new Set<string>()
  for (let round = 0; probed.size < 100 && round < 200; round += 1) {
    sim.decide()
    assert.ok(sim.view.probes.underWay.size <= PROBES_AT_ONCE)
    for (const key of sim.view.probes.underWay) probed.add(key)
    sim.carryOut(round, null)
    sim.hear(round)
  }
  assert.is(probed.size, 100)
  sim.flow()
  sim.news.length = 0
  const busiest = Array.from({ length: 100 }, () => {
    sim.pass(100)
    return news(sim).filter((line) => line.startsWith('Probe')).length
  })
  const all = busiest.reduce((sum, n) => sum + n, 0)
  assert.ok(all >= 99 && all <= 110, `${all} probes in an interval`)
  assert.ok(Math.max(...busiest) <= 8, `${Math.max(...busiest)} at once`)
})

test('the verdict follows from what the probes in a row found, and from nothing else', () => {
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 4 }),
      (results, retries, successThreshold) => {
        const spec = { ...HEALTH, retries, successThreshold }
        let check = NO_CHECK
        let health: Health = 'starting'
        for (const [at, ok] of results.entries()) {
          const found = { ok, health, mono: (at + 1) * spec.intervalMs, startedAt: 0 }
          const before: Health = health
          const judged = judge(spec, check, found)
          check = judged.check
          health = judged.verdict ?? health
          const row = (wanted: boolean, length: number): boolean =>
            at + 1 >= length && results.slice(at + 1 - length, at + 1).every((one) => one === wanted)
          if (health !== before) assert.ok(health === 'healthy' ? row(true, successThreshold) : row(false, retries))
          else if (before === 'starting') assert.not(row(true, successThreshold) || row(false, retries))
          if (health === 'unhealthy') return
        }
      },
    ),
  )
})

test.run()
