import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import * as E from 'fp-ts/Either'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { Entry } from '#libs/events'
import { historyArbitrary } from '../../testing/arbitraries/history'
import { foldDigest } from '../../testing/foldDigest'
import {
  type Cluster,
  ClusterReader,
  contentOf,
  emptyCluster,
  evolve,
  FOLD_DIGEST,
  ignoreChanges,
  writeCluster,
} from '../index'

const fold = (entries: readonly Entry[], cluster: Cluster = emptyCluster()): Cluster => {
  for (const entry of entries) evolve(cluster, entry, ignoreChanges)
  return cluster
}

const read = (lines: Iterable<string>): E.Either<string, Cluster> => {
  const reader = new ClusterReader()
  for (const line of lines) reader.line(line)
  return reader.end()
}

const again = (cluster: Cluster): Cluster => {
  const result = read(writeCluster(cluster))
  if (E.isLeft(result)) throw new Error(result.left)
  return result.right
}

test('a cluster that is written and read again is the same in every field, in its order, and in what is one object', () => {
  fc.assert(
    fc.property(historyArbitrary, (entries) => {
      const cluster = fold(entries)
      const copy = again(cluster)
      assert.ok(isDeepStrictEqual(copy, cluster))
      assert.equal([...writeCluster(copy)], [...writeCluster(cluster)])
    }),
  )
})

test('the fold of all is that of a snapshot taken anywhere and of what came after it', () => {
  fc.assert(
    fc.property(historyArbitrary, fc.nat(), (entries, cut) => {
      const at = cut % (entries.length + 1)
      const continued = fold(entries.slice(at), again(fold(entries.slice(0, at))))
      assert.equal([...writeCluster(continued)], [...writeCluster(fold(entries))])
    }),
  )
})

test('what a cluster says is the same whatever was asked of it before', () => {
  fc.assert(
    fc.property(historyArbitrary, fc.nat(), (entries, cut) => {
      const asked = fold(entries.slice(0, cut % (entries.length + 1)))
      for (const { tasks } of asked.jobs.values()) for (const task of tasks.values()) task.instances.at(cut % 3)
      assert.is(contentOf(fold(entries.slice(asked.seq), asked)), contentOf(fold(entries)))
    }),
  )
})

test('what is cut off, repeated, or out of place is found', () => {
  const entries = fc.sample(historyArbitrary, { numRuns: 1, seed: 3 })[0] ?? []
  const lines = [...writeCluster(fold(entries))]
  assert.ok(E.isRight(read(lines)))
  for (let at = 0; at < lines.length; at += 1) {
    assert.ok(E.isLeft(read(lines.slice(0, at))), `cut before line ${at}`)
    assert.ok(E.isLeft(read([...lines.slice(0, at), ...lines.slice(at + 1)])), `without line ${at}`)
    assert.ok(E.isLeft(read([...lines.slice(0, at), '["jobs",null,[]]', ...lines.slice(at)])), `more at ${at}`)
    assert.ok(
      E.isLeft(read([...lines.slice(0, at), lines[at]?.slice(0, -1) ?? '', ...lines.slice(at + 1)])),
      `half ${at}`,
    )
  }
})

test('the version of the fold is that of this fold: `npm run docs` raises it, and without that this fails', () => {
  assert.is(FOLD_DIGEST, foldDigest())
})

test.run()
