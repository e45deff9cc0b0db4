import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type Cluster, describeJob, emptyCluster, evolve, ignoreChanges, instancesOf } from '#libs/cluster'
import { type Entry, type OrkEvent, parseEvent } from '#libs/events'
import { JobSpecCodec } from '#libs/spec'
import { jobSpecArbitrary } from '../../libs/testing/arbitraries/spec'
import { recomputedDifferences } from '../../libs/testing/recomputed'
import { makePlan } from '../../libs/testing/sim/plan'
import { record } from '../../libs/testing/sim/run'
import { namesIn, redactEvent } from './event'
import { redactSpec } from './spec'
import { Words } from './words'

const GOLDEN = join(__dirname, '..', '..', '..', 'libs', 'events', 'golden')

const golden = (): readonly OrkEvent[] =>
  readdirSync(GOLDEN)
    .filter((file) => file.endsWith('.json'))
    .map((file) => {
      const parsed = parseEvent(readFileSync(join(GOLDEN, file), 'utf8'))
      if (E.isLeft(parsed)) throw new Error(parsed.left.detail)
      return parsed.right
    })

test('every event can be put in other words, and nothing that somebody wrote is left in it', () => {
  const events = golden()
  const words = new Words('key', events.flatMap(namesIn))
  for (const event of events) {
    const text = JSON.stringify(redactEvent(event, words))
    const written =
      /"(web|api|w1|m1|s1|eu-1a|ssd|ada|http)"|example\.com|registry|nginx|busybox|worker w1|9f2c4e7a/.exec(text)
    assert.is(written?.[0], undefined, `${event.type}: ${text}`)
  }
})

test('a job in other words is a job, with the same numbers and as many of everything', () => {
  fc.assert(
    fc.property(jobSpecArbitrary, (spec) => {
      const words = new Words('key', [spec.name, ...spec.tasks.map(({ name }) => name)])
      const redacted = redactSpec(spec, words)
      const decoded = JobSpecCodec.decode(redacted)
      assert.ok(E.isRight(decoded), JSON.stringify(redacted))
      const shape = (one: typeof spec) =>
        one.tasks.map(({ resources, replicas, ports, env }) => [
          resources,
          replicas,
          ports.length,
          Object.keys(env).length,
        ])
      assert.equal(shape(redacted), shape(spec))
      assert.equal(redactSpec(spec, words), redacted)
    }),
    { numRuns: 40 },
  )
})

const fold = (entries: readonly Entry[]): Cluster => {
  const cluster = emptyCluster()
  for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  return cluster
}

/** All of a cluster but its words. */
const shapeOf = (cluster: Cluster) => ({
  jobs: [...cluster.jobs.values()].map((job) => ({
    ...describeJob(job),
    name: '',
    update: job.update?.state,
    cron: job.cron?.runs.map(({ slot, seq, state, endedAt }) => [slot, seq, state, endedAt]),
  })),
  instances: [...instancesOf(cluster)].map(({ state, attempt, placedSeq, version }) => [
    state,
    attempt,
    placedSeq,
    version,
  ]),
  workers: [...cluster.workers.values()].map(({ state, intake, reserved }) => [state, intake, reserved]),
  ignored: cluster.ignored,
})

test('a log in other words folds to the same shape, and its placements are decided alike', async () => {
  for (let seed = 1; seed <= 2; seed += 1) {
    const entries = await record(makePlan(seed, 60))
    const words = new Words(
      String(seed),
      entries.flatMap(({ event }) => (event.type === 'Unreadable' ? [] : namesIn(event))),
    )
    const redacted = entries.map(
      ({ seq, event }): Entry => ({ seq, event: event.type === 'Unreadable' ? event : redactEvent(event, words) }),
    )
    assert.equal(shapeOf(fold(redacted)), shapeOf(fold(entries)))
    const byLot = (difference: string): boolean => difference.includes('random-of-k')
    assert.equal(
      recomputedDifferences(redacted).filter((one) => !byLot(one)),
      [],
    )
  }
})

test('a sentence keeps the words of ork and the names as they are now called, and loses all others', () => {
  const words = new Words('key', ['w1', 'web'])
  const said = words.sentence('worker w1 is drained: exit code 137 after 4m10s; Bob spilled coffee on web.api.0')
  assert.match(said, /^worker n1-\w+ is drained: exit code 137 after x-\w+; x-\w+ x-\w+ x-\w+ on n2-\w+\.x-\w+\.0$/)
})

test.run()
