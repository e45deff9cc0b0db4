import * as E from 'fp-ts/Either'
import {
  type Cluster,
  type Decision,
  findInstance,
  type Instance,
  isOpen,
  isPlaced,
  isWanted,
  type Job,
  type Worker,
} from '#libs/cluster'
import type { Move } from '#libs/events'
import { addResources, NO_RESOURCES, type OrkError, RESOURCE_NAMES, type Resources } from '#libs/kernel'
import type { PlacementPolicy } from '#libs/spec'
import type { Outcome } from './commands'
import type { WhyMove } from './survey'

/** When none has begun for so long, what is left is dropped: nobody expects it any more. Milliseconds. */
export const PATIENCE_MS = 120_000

/** How far a request has come, as this manager has seen it. A new leader gives it the whole time again. */
export interface Rebalancing {
  readonly request: number
  /** How many moves had yet to begin. */
  readonly open: number
  /** Since when there are so many; monotonic milliseconds. */
  readonly since: number
}

/** Asks for moves; those that can no longer be made are left out. */
export const rebalance = (
  cluster: Cluster,
  policy: PlacementPolicy,
  moves: readonly Move[],
  reason: string | null,
): E.Either<OrkError, Outcome> => {
  const open = moves.filter((move) => openInstance(cluster, move) !== undefined)
  const { manager } = cluster.leaders
  if (open.length === 0) return E.right({ tag: 'Nothing', version: 0, seq: cluster.rebalance?.seq ?? manager.seq })
  const draft = { type: 'RebalanceRequested' as const, data: { policy, moves: open, reason } }
  return E.right({ tag: 'Write', version: 0, decision: { draft, expect: manager.seq } })
}

/** The instance of a move that has yet to begin, and still may; it may have to wait for its turn, or for room. */
const openInstance = (cluster: Cluster, move: Move): Instance | undefined => {
  const instance = findInstance(cluster, move.job, move.task, move.index)
  const target = cluster.workers.get(move.target)
  const stays =
    instance !== undefined &&
    instance.placedSeq === move.placement &&
    instance.worker !== move.target &&
    instance.retiring === null &&
    isPlaced(instance.state) &&
    instance.state !== 'stopping' &&
    isWanted(instance)
  return stays && target !== undefined && mayTake(target) ? instance : undefined
}

/** Also one that is not heard of just now. */
const mayTake = ({ state, intake }: Worker): boolean =>
  intake === 'open' && (state === 'ready' || state === 'suspected')

/** The moves under way, as they stand while something is decided. */
export interface Moves {
  /** Those that have yet to begin. */
  readonly open: ReadonlyMap<Instance, Move>
  /** Whose they are. */
  readonly jobs: ReadonlySet<Job>
  readonly why: WhyMove
}

/** Null where none were asked for. */
export const movesOf = (cluster: Cluster): Moves | null => {
  if (cluster.rebalance === null) return null
  const open = new Map<Instance, Move>()
  const promised = new Map<string, Resources>()
  for (const move of cluster.rebalance.moves) {
    const instance = openInstance(cluster, move)
    if (instance !== undefined) open.set(instance, move)
    const begun = findInstance(cluster, move.job, move.task, move.index)
    if (begun?.aim === move.target) promise(promised, move.target, begun)
  }
  const jobs = new Set([...open.keys()].map(({ task }) => task.job))
  return { open, jobs, why: (instance) => whyMoved(cluster, open, promised, instance) }
}

/** It goes as soon as there is room for it where it is to go, beside those that are on their way there. */
const whyMoved = (
  { workers }: Cluster,
  open: Moves['open'],
  promised: Map<string, Resources>,
  instance: Instance,
): ReturnType<WhyMove> => {
  const move = open.get(instance)
  const target = move === undefined ? undefined : workers.get(move.target)
  const { update } = instance.task.job
  if (target === undefined || !isOpen(target) || instance.state !== 'running') return null
  if (update?.state === 'running' || update?.state === 'paused') return null
  const held = addResources(target.reserved, promised.get(target.name) ?? NO_RESOURCES)
  const asked = instance.task.spec.resources
  if (RESOURCE_NAMES.some((name) => held[name] + asked[name] > target.capacity[name])) return null
  promise(promised, target.name, instance)
  return { reason: `moved to ${target.name} for a better balance`, forUpdate: false }
}

const promise = (promised: Map<string, Resources>, worker: string, { task }: Instance): void => {
  promised.set(worker, addResources(promised.get(worker) ?? NO_RESOURCES, task.spec.resources))
}

/** Says that a request is through, or drops what is left of it where its time is up. */
export const endRebalance = (
  { rebalance: asked, leaders }: Cluster,
  moves: Moves | null,
  known: Rebalancing | null,
  mono: number,
): Decision[] => {
  if (asked === null || moves === null || known === null) return []
  if (moves.open.size > 0 && mono - known.since < PATIENCE_MS) return []
  const data = { request: asked.seq, left: moves.open.size }
  return [{ draft: { type: 'RebalanceEnded', data }, expect: leaders.manager.seq }]
}
