import * as fc from 'fast-check'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  attemptsOf,
  type Cluster,
  emptyCluster,
  evolve,
  ignoreChanges,
  isPlaced,
  keepOwnPart,
  knownInstances,
} from '#libs/cluster'
import { type Entry, pathOf } from '#libs/events'
import { cutHistoryArbitrary, throughSnapshot } from '../../../libs/testing/restored'
import { evolveView, initialView, restoreView, type WorkerView } from './index'

const NOW = { wall: 1_000_000, mono: 1_000_000 }

/** What a worker hears of the log. */
const isHeardBy = (worker: string, { event }: Entry): boolean => {
  if (event.type === 'Unreadable') return false
  const [, topic, ...tokens] = pathOf(event).split('.')
  return topic === 'job' || topic === 'control' || tokens.includes(worker)
}

/** Only what every fold takes for legal: what a worker does not hear of cannot tell it that something is not. */
const legalOnly = (entries: readonly Entry[]): readonly Entry[] => {
  const cluster = emptyCluster()
  return entries.filter((entry) => {
    const { stale, illegal } = cluster.ignored
    evolve(cluster, entry, ignoreChanges)
    return cluster.ignored.stale === stale && cluster.ignored.illegal === illegal && cluster.quarantined.size === 0
  })
}

const viewOf = (worker: string, cluster: Cluster, tail: readonly Entry[]): WorkerView => {
  const view = initialView(worker, ['simulated'], cluster)
  restoreView(view, NOW)
  for (const entry of tail) if (isHeardBy(worker, entry)) evolveView(view, entry, NOW)
  return view
}

/** What it is to do, and which part of that is to go on. */
const toDo = ({ assignments }: WorkerView) =>
  [...assignments.values()]
    .flat()
    .filter(({ wanted }) => wanted !== 'gone')
    .map(({ logged: _, ...assignment }) => assignment)
    .sort((a, b) => a.placedSeq - b.placedSeq)

const jobsOf = ({ cluster }: WorkerView) =>
  [...cluster.jobs.values()].map(({ name, state, version, spec }) => ({ name, state, version, spec }))

const forAll = (holds: (worker: string, entries: readonly Entry[], at: number) => void): void =>
  fc.assert(
    fc.property(cutHistoryArbitrary, fc.constantFrom('w1', 'w2'), ({ entries, at }, worker) => {
      const legal = legalOnly(entries)
      holds(worker, legal, Math.min(at, legal.length))
    }),
  )

test('a worker that starts from a snapshot of the whole cluster has the same to do as one that has folded its part', () => {
  forAll((worker, entries, at) => {
    const whole = viewOf(worker, emptyCluster(), entries)
    const own = throughSnapshot(entries.slice(0, at))
    keepOwnPart(own, worker)
    const restored = viewOf(worker, own, entries.slice(at))
    assert.equal(toDo(restored), toDo(whole))
    assert.equal(jobsOf(restored), jobsOf(whole))
  })
})

test('what it has to do is what the whole cluster has placed on it', () => {
  forAll((worker, entries, at) => {
    const own = throughSnapshot(entries.slice(0, at))
    keepOwnPart(own, worker)
    const placed = [...knownInstances(throughSnapshot(entries))]
      .flatMap(attemptsOf)
      .filter((attempt) => attempt.worker === worker && isPlaced(attempt.state))
    const restored = viewOf(worker, own, entries.slice(at))
    assert.equal(
      toDo(restored).map(({ placedSeq }) => placedSeq),
      placed.map(({ placedSeq }) => placedSeq).sort((a, b) => a - b),
    )
  })
})

test.run()
