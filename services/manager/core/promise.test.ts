import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Instance, isOutdated, isUp, isWanted, needsCanaries, type Task } from '#libs/cluster'
import type { Draft } from '#libs/events'
import { DEFAULT_UPDATE, type UpdateSpec, updateOf } from '#libs/spec'
import { CoreStory } from '../../../libs/testing/coreStory'
import { aJob, on, registered } from '../../../libs/testing/happenings'
import { type ManagerView, managerCore } from '.'

const REPLICAS = 4
const WORKERS = ['w1', 'w2', 'w3']
/** By far more than any test lasts. */
const NEVER_MS = 10 * 86_400_000

const updateArbitrary: fc.Arbitrary<UpdateSpec> = fc.record({
  ...Object.fromEntries(Object.entries(DEFAULT_UPDATE).map(([key, value]) => [key, fc.constant(value)])),
  order: fc.constantFrom<UpdateSpec['order'][]>('stop-first', 'start-first'),
  maxParallel: fc.integer({ min: 1, max: 3 }),
  canary: fc.constantFrom(0, 0, 2),
  autoRevert: fc.boolean(),
  progressDeadlineMs: fc.constant(NEVER_MS),
  healthyDeadlineMs: fc.constantFrom(60_000, NEVER_MS),
}) as fc.Arbitrary<UpdateSpec>

const stepArbitrary = fc.record({
  what: fc.constantFrom(
    ...(['work', 'work', 'work', 'work', 'work', 'pass', 'pass', 'end', 'submit', 'steer', 'decide', 'lead'] as const),
  ),
  pick: fc.nat(),
  update: updateArbitrary,
})

type Step = typeof stepArbitrary extends fc.Arbitrary<infer S> ? S : never

/** A manager between a scheduler and workers that do what they might, in any order. */
class World {
  readonly story = new CoreStory<ManagerView>(managerCore())
  /** Since when each attempt that is up has been, by placement and number: on no clock but the test's own. */
  private readonly upSince = new Map<string, number>()

  constructor(update: UpdateSpec) {
    this.story.given(...WORKERS.map((worker) => registered(worker, 100_000)))
    this.submit(0, update)
    this.story.core.lead(this.story.view, this.story.now)
    this.settle()
  }

  get task(): Task {
    const task = this.story.log.cluster.jobs.get('web')?.tasks.get('api')
    if (task === undefined) throw new Error('no task')
    return task
  }

  take({ what, pick, update }: Step): void {
    switch (what) {
      case 'work':
        return this.work(pick)
      case 'pass':
        return void this.story.pass((pick % 12) * 1_000)
      case 'end':
        return this.end(pick)
      case 'submit':
        return this.submit(pick % 3, update)
      case 'steer':
        return this.steer(pick)
      case 'decide':
        return this.decide()
      case 'lead':
        return this.story.core.lead(this.story.view, this.story.now)
    }
  }

  /** Everything gets done, until the manager has nothing more to say; whether it comes to that. */
  settle(): boolean {
    for (let round = 0, calm = 0; round < 2_000; round += 1) {
      const before = this.story.log.entries.length
      for (let pick = 0; pick < REPLICAS; pick += 1) this.work(pick)
      this.decide()
      this.story.pass(1_500) // as often as a manager looks, or it takes itself for stalled
      calm = this.story.log.entries.length === before ? calm + 1 : 0
      if (calm > 60) return true
    }
    return false
  }

  /** The next thing that a scheduler or a worker does about an instance. */
  private work(pick: number): void {
    const instance = this.task.instances.at(pick % REPLICAS)
    if (instance === undefined) return
    const { state, retiring, attempt } = instance
    const now = this.story.log.on(idOf(instance))
    if (retiring?.state === 'stopping') {
      this.story.given(on(idOf(instance), retiring.worker ?? '_', retiring.attempt, retiring.placedSeq).stopped())
    } else if (state === 'pending' && isWanted(instance)) {
      const worker = WORKERS[pick % WORKERS.length] ?? 'w1'
      this.story.given(on(idOf(instance), worker, attempt + 1).scheduled(this.task.job.version))
    } else if (state === 'scheduled' || state === 'starting') {
      this.story.given(now.started())
      this.upSince.set(keyOf(instance), this.story.mono)
    } else if (state === 'stopping') this.story.given(now.stopped())
    else if (state === 'exited') {
      const { worker, placedSeq } = instance
      this.story.given(on(idOf(instance), worker ?? '_', attempt + 1, placedSeq).restarting())
    }
  }

  private end(pick: number): void {
    const instance = this.task.instances.at(pick % REPLICAS)
    if (instance?.state !== 'running') return
    const now = this.story.log.on(idOf(instance))
    this.story.given(pick % 7 === 0 ? now.failed() : now.exited())
  }

  private submit(v: number, update: UpdateSpec): void {
    this.story.log.submit(aJob({ tasks: [{ replicas: REPLICAS, env: { V: String(v) }, update }] }))
    this.story.fold()
  }

  private steer(pick: number): void {
    const data = { job: 'web', version: this.task.job.version, reason: null }
    const drafts: readonly Draft[] = [
      { type: 'UpdatePaused', data },
      { type: 'UpdateResumed', data },
      { type: 'UpdatePromoted', data },
    ]
    this.story.given(drafts[pick % drafts.length] as Draft)
  }

  private decide(): void {
    for (let round = 0; round < 20; round += 1) {
      const healthy = [...this.task.instances].filter((instance) => this.isHealthy(instance)).map(idOf)
      const drafts = this.story.decide()
      if (drafts.length === 0) return
      this.story.given(...drafts)
      if (drafts.some(({ type }) => type.startsWith('Task'))) this.check(healthy)
    }
    throw new Error('it goes on deciding')
  }

  /** What the update takes away leaves as many as it promised; what ends by itself is no matter of its. */
  private check(before: readonly string[]): void {
    const after = [...this.task.instances].filter((instance) => this.isHealthy(instance)).map(idOf)
    if (before.every((id) => after.includes(id))) return
    const { order, maxParallel } = updateOf(this.task.spec)
    assert.is(order, 'stop-first', `start-first took away one of ${before}`)
    assert.ok(after.length >= REPLICAS - maxParallel, `${after.length} of ${REPLICAS} are left, ${maxParallel} may go`)
  }

  /** One of the attempts serves: an old one that is up, or one of today's that has been for long enough. */
  private isHealthy(instance: Instance): boolean {
    if (instance.retiring?.state === 'running') return true
    if (!isUp(instance)) return false
    const since = this.upSince.get(keyOf(instance)) ?? this.story.mono
    return isOutdated(instance) || this.story.mono - since >= updateOf(this.task.spec).minHealthyMs
  }
}

const idOf = ({ index }: Instance): string => `web.api.${index}`
const keyOf = ({ placedSeq, attempt, index }: Instance): string => `${index} ${placedSeq} ${attempt}`

test('an update never leaves fewer healthy instances than it promises, and comes to an end', () => {
  const seed = Number(process.env.ORK_SEED ?? 1)
  const numRuns = Number(process.env.ORK_RUNS ?? 150)
  const steps = fc.array(stepArbitrary, { maxLength: 150, size: 'max' })
  fc.assert(
    fc.property(updateArbitrary, steps, (update, taken) => {
      const world = new World(update)
      for (const step of taken) world.take(step)
      assert.ok(world.settle(), `it comes to rest: ${world.story.log.entries.slice(-6).map((e) => e.event.type)}`)
      const { job, outdated, retiring } = world.task
      const waits = needsCanaries(world.task)
      const ended = job.update === null || job.update.state !== 'running' || waits
      assert.ok(ended, `the update is ${job.update?.state}`)
      if (job.update?.state === 'succeeded') assert.is(outdated + retiring, 0)
    }),
    { seed, numRuns, includeErrorInReport: true },
  )
})

test.run()
