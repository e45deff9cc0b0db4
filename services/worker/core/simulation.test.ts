import * as fc from 'fast-check'
import { test } from 'uvu'
import { type Instance, isPlaced, isWanted } from '#libs/cluster'
import type { AttemptRef } from '#libs/drivers'
import { instanceId } from '#libs/kernel'
import type { TaskSpec } from '#libs/spec'
import { aJob, aTask, on } from '../../../libs/testing/happenings'
import { idOf } from '../../../libs/testing/history'
import { differences } from '../../../libs/testing/workerOutcome'
import { WORKER, WorkerSimulation } from '../../../libs/testing/workerSimulation'

/** A number is one step: its digits choose what happens and how. */
class Choice {
  constructor(private rest: number) {}

  of(count: number): number {
    const chosen = this.rest % count
    this.rest = Math.floor(this.rest / count)
    return chosen
  }

  from<T>(items: readonly T[]): T | undefined {
    return items[this.of(Math.max(1, items.length))]
  }
}

const instancesOf = (sim: WorkerSimulation): Instance[] =>
  [...sim.log.cluster.jobs.values()].flatMap((job) => [...job.tasks.values()].flatMap((task) => task.instances))

const RESTARTS: readonly Partial<TaskSpec['restart']>[] = [
  { policy: 'always', delayMs: 0 },
  { policy: 'always', maxDelayMs: 4_000 },
  { policy: 'on-failure', attempts: 2, delayMs: 0 },
  { policy: 'never', attempts: 0 },
]

const submit = (sim: WorkerSimulation, choice: Choice): void => {
  const name = choice.from(['web', 'sum']) ?? 'web'
  const restart = { ...aTask().restart, ...choice.from(RESTARTS) }
  const env: Record<string, string> = { V: String(choice.of(2)) }
  if (choice.of(20) === 0) env.BROKEN = 'yes'
  const image = choice.of(20) === 0 ? 'no/such:1' : 'some:1'
  const task = { restart, env, image, replicas: choice.from([1, 1, 2, 2, 2, 0]) ?? 1 }
  sim.log.submit(aJob({ name, kind: name === 'sum' ? 'batch' : 'service', tasks: [task] }))
}

/** The manager, the scheduler and another worker, as a script that only ever does what they might. */
const manage = (sim: WorkerSimulation, choice: Choice): void => {
  const { log } = sim
  const instance = choice.from(instancesOf(sim))
  const act = choice.of(20)
  if (instance === undefined || act === 0) return submit(sim, choice)
  const { job } = instance.task
  const id = idOf(instance)
  if (act === 1 && job.state === 'running') return void log.stopJob(job.name)
  if (act === 2 && instancesOf(sim).every((other) => other.task.job !== job || !isPlaced(other.state))) {
    const data = { job: job.name, version: job.version }
    if (job.state === 'stopping') log.add({ type: 'JobStopped', data })
    return
  }
  if (instance.retiring !== null && (act === 6 || act === 7)) {
    const { retiring } = instance
    const attempt = on(id, retiring.worker ?? '_', retiring.attempt, retiring.placedSeq)
    const stops = retiring.state === 'running' && act === 6
    return void log.add(stops ? attempt.stopAsked() : retiring.worker === 'w2' ? attempt.stopped() : attempt.lost())
  }
  if (act >= 8 && act <= 10 && instance.state === 'running' && instance.retiring === null && isWanted(instance)) {
    return void log.add(log.on(id).replaceAsked())
  }
  if (act === 3 && isPlaced(instance.state) && instance.state !== 'stopping') {
    return void log.add(log.on(id).stopAsked())
  }
  if (act === 4 && isPlaced(instance.state)) return void log.add(log.on(id).lost())
  if (instance.state === 'pending' && job.state === 'running') {
    return void log.schedule(id, act === 5 ? 'w2' : WORKER)
  }
  if (instance.worker === 'w2') elsewhere(sim, instance)
}

/** A worker that is ahead of the log by a restart, as when it was cut off, is taken for lost and given the instance again. */
const placeAgain = (sim: WorkerSimulation, choice: Choice): void => {
  const ahead = [...sim.engine.runs.values()].map(({ ref }) => ref)
  const ref = choice.from(ahead.filter((each) => isAhead(sim, each)))
  if (ref === undefined) return
  const id = instanceId(ref)
  sim.log.add(sim.log.on(id).lost())
  if (sim.log.instance(id).state === 'pending') sim.log.schedule(id, WORKER)
}

const isAhead = ({ log }: WorkerSimulation, ref: AttemptRef): boolean => {
  const { placedSeq, attempt, state } = log.instance(instanceId(ref))
  return isPlaced(state) && placedSeq === ref.placement && ref.attempt > attempt
}

const elsewhere = ({ log }: WorkerSimulation, instance: Instance): void => {
  const id = idOf(instance)
  if (instance.state === 'scheduled') log.add(log.on(id).started())
  else if (instance.state === 'stopping') log.add(log.on(id).stopped())
}

const EXITS = [
  { exitCode: 0, oomKilled: false },
  { exitCode: 1, oomKilled: false },
  { exitCode: 137, signal: 'SIGKILL', oomKilled: true },
]

/** What can happen, as often as it stands here. */
const HAPPENINGS = [
  ...['manage', 'manage', 'read', 'read', 'send', 'send', 'send', 'carryOut', 'carryOut', 'carryOut', 'hear', 'hear'],
  ...['hear', 'notify', 'list', 'list', 'end', 'pass', 'trouble', 'crash'],
] as const

const FAULTS = [null, null, null, null, null, 'unheard', 'unanswered'] as const

const step = (sim: WorkerSimulation, number: number): void => {
  const choice = new Choice(number)
  const decides = choice.of(4) !== 0
  happen(sim, choice.from(HAPPENINGS) ?? 'list', choice)
  if (decides) sim.decide()
}

const happen = (sim: WorkerSimulation, what: (typeof HAPPENINGS)[number], choice: Choice): void => {
  const run = choice.from([...sim.engine.runs.values()])
  switch (what) {
    case 'manage':
      return manage(sim, choice)
    case 'read':
      return sim.read(choice.of(4) + 1)
    case 'send':
      return sim.send(choice.of(8), choice.of(5) === 0)
    case 'carryOut':
      return sim.carryOut(choice.of(8), choice.from(FAULTS) ?? null)
    case 'hear':
      return sim.hear(choice.of(8))
    case 'notify':
      return sim.notify(choice.from([1, 1, 1, 2, 0]) ?? 1)
    case 'list':
      return sim.list()
    case 'end':
      return run === undefined
        ? undefined
        : sim.engine.end(run, choice.from(EXITS) ?? { exitCode: 1, oomKilled: false })
    case 'pass':
      return sim.pass(choice.of(5) * 1_000)
    case 'trouble':
      return makeTrouble(sim, choice, run)
    case 'crash':
      return choice.of(3) === 0 ? sim.crash(() => choice.of(2) === 0, choice.of(2) === 0) : undefined
  }
}

const wasTold = ({ log }: WorkerSimulation, { ref }: NonNullable<Run>): boolean => {
  const instance = log.instance(`${ref.job}.${ref.task}.${ref.index}`)
  return instance.state === 'running' && instance.worker === WORKER && instance.attempt === ref.attempt
}

type Run = ReturnType<WorkerSimulation['engine']['runs']['get']>

const makeTrouble = (sim: WorkerSimulation, choice: Choice, run: Run): void => {
  switch (choice.of(6)) {
    case 0:
      // Not one that the worker may still make again under the same name: news of the first would be taken for the second's.
      return run !== undefined && wasTold(sim, run) ? sim.engine.remove(run.ref) : undefined
    case 1:
      return sim.engine.images.clear()
    case 2:
      return sim.loseEngine()
    default:
      return placeAgain(sim, choice)
  }
}

const play = (steps: readonly number[]): void => {
  const sim = new WorkerSimulation()
  sim.log.register(WORKER)
  sim.log.register('w2')
  const fail = (what: string): never => {
    throw new Error(`${what}\n${sim.trace.join('\n')}`)
  }
  for (const number of steps) {
    step(sim, number)
    if (sim.broken.length > 0) fail(sim.broken.join('\n'))
  }
  if (!sim.settle()) fail('it does not come to rest')
  const wrong = [...sim.broken, ...differences(sim, WORKER)]
  if (wrong.length > 0) fail(wrong.join('\n'))
}

const steps = fc.noBias(fc.array(fc.integer({ min: 0, max: 2 ** 31 - 1 }), { maxLength: 300, size: 'max' }))

/** Runs that once went wrong, with what was wrong. */
const REGRESSIONS: readonly (readonly [string, readonly number[]])[] = [
  [
    'a listing from before an unanswered start hid its container, and the next attempt ran beside it',
    [
      1910385360, 619484320, 2077393036, 32085889, 626793308, 2001045169, 1464639388, 710583640, 934475200, 200077281,
      1197033148, 1364272640, 1136948856, 1875235256, 1071485920, 1774930120, 2078630296, 128734257,
    ],
  ],
  [
    'a retiring attempt whose exit crossed the request to stop it was never over',
    [
      209478000, 1331302880, 1001412077, 506949868, 276999561, 2042845068, 601017240, 549543601, 118345548, 826508717,
      130145616, 2044925948, 1436556601, 1282563536, 1453673360, 679250072, 337936224, 1479343756, 1056025760,
      2082259057,
    ],
  ],
]

test('whatever fails, the worker comes to what the log wants and tells it in legal order', () => {
  const seed = Number(process.env.ORK_SEED ?? 1)
  const numRuns = Number(process.env.ORK_RUNS ?? 600)
  fc.assert(fc.property(steps, play), { seed, numRuns, includeErrorInReport: true, interruptAfterTimeLimit: 40_000 })
})

for (const [was, numbers] of REGRESSIONS) test(`never again: ${was}`, () => play(numbers))

test.run()
