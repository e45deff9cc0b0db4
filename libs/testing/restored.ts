import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import * as assert from 'uvu/assert'
import {
  type Cluster,
  ClusterReader,
  type Core,
  type Decision,
  emptyCluster,
  evolve,
  ignoreChanges,
  writeCluster,
} from '#libs/cluster'
import type { Entry } from '#libs/events'
import { historyArbitrary } from './arbitraries/history'

/** The cluster after the entries, written and read again. */
export const throughSnapshot = (entries: readonly Entry[]): Cluster => {
  const cluster = emptyCluster()
  for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  const reader = new ClusterReader()
  for (const line of writeCluster(cluster)) reader.line(line)
  const result = reader.end()
  if (E.isLeft(result)) throw new Error(result.left)
  return result.right
}

/** A history, and how much of it is in a snapshot. */
export const cutHistoryArbitrary = fc
  .tuple(historyArbitrary, fc.nat())
  .map(([entries, cut]) => ({ entries, at: cut % (entries.length + 1) }))

/** Which of several comes first says nothing, and so does which record is due when only one is decided at a time. */
const inShort = (decision: Decision): string =>
  decision.draft.type === 'EventQuarantined' ? decision.draft.type : JSON.stringify(decision)

/** A service that starts from a snapshot and comes to lead decides the very same as one that has folded everything. */
export const decidesAlike = <View>(core: Core<View>): void => {
  const now = { wall: 1_000_000, mono: 1_000_000 }
  const decisionsOf = (view: View) => {
    core.lead(view, now)
    const verdicts = [now, { ...now, mono: now.mono + 60_000 }].map((at) => core.decide(view, at))
    return verdicts.map(({ decisions, wakeAt }) => [wakeAt, decisions.map(inShort).sort()])
  }
  fc.assert(
    fc.property(cutHistoryArbitrary, ({ entries, at }) => {
      const whole = core.initial(emptyCluster())
      for (const entry of entries) core.evolve(whole, entry)
      const restored = core.initial(throughSnapshot(entries.slice(0, at)))
      for (const entry of entries.slice(at)) core.evolve(restored, entry)
      assert.equal(decisionsOf(restored), decisionsOf(whole))
    }),
  )
}
