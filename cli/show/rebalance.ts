import { type Cluster, evolve, findInstance, type Instance, ignoreChanges, isOver, isWanted } from '#libs/cluster'
import type { Entry, Move } from '#libs/events'
import { formatDuration } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { planRebalance, viewOf } from '../../services/scheduler/core'
import { call } from '../client/call'
import { tail } from '../client/tail'
import { Interrupted } from '../failure'
import { stderr } from '../output'
import { toJson } from '../render/escape'
import { eventLine } from '../render/event'
import { renderPlan } from '../render/rebalance'
import { count } from '../render/sentence'
import type { Show } from './events'
import { clusterAt } from './replay'
import { whoAmI } from './submit'

export interface RebalanceOptions extends Show {
  /** Only say what would move. */
  readonly plan: boolean
  /** Most instances to move. */
  readonly max: number
  /** Return as soon as the moves are accepted. */
  readonly detach: boolean
  readonly reason: string | null
}

/**
 * Finds what would be better elsewhere, has it moved unless only the plan is wanted, and shows how that goes. Returns how
 * many moves there are. Throws OrkFailure, and Interrupted at Ctrl-C; the moves go on.
 */
export const rebalance = async (connection: Connection, options: RebalanceOptions): Promise<number> => {
  const { json, out, plan: onlyPlan, max, detach, reason, signal } = options
  const begun = performance.now()
  const { cluster } = await clusterAt(connection, await connection.log.lastSeq(), signal)
  const plan = planRebalance(viewOf(cluster), max)
  const tell = async (text: string, result: object): Promise<void> =>
    out.write(`${json ? toJson({ ...plan, ...result }) : text}\n`)
  if (onlyPlan || plan.moves.length === 0) {
    await tell(renderPlan(plan), {})
    return plan.moves.length
  }
  if (!json) await out.write(`${renderPlan(plan)}\n\n`)
  const { policy, moves } = plan
  const reply = await call(connection, 'rebalance', { policy, moves: [...moves], reason, actor: whoAmI() })
  if (reply.outcome === 'unchanged') {
    await tell('the cluster has changed meanwhile, and nothing of this can be moved any more', reply)
    return moves.length
  }
  if (detach) {
    await tell(`asked for at sequence ${reply.seq}`, reply)
    return moves.length
  }
  const left = await follow(connection, cluster, moves, reply.seq, options)
  const said = left === 0 ? '' : `, ${left} of them elsewhere than planned`
  await tell(`${count(moves.length, 'move')} made${said} (${formatDuration(performance.now() - begun)})`, {
    ...reply,
    left,
  })
  return moves.length
}

/** Folds on and shows what happens to what moves, until all of it is through; returns how many are not where they were to go. */
const follow = async (
  { log }: Connection,
  cluster: Cluster,
  moves: readonly Move[],
  request: number,
  { json, out, signal }: RebalanceOptions,
): Promise<number> => {
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  for await (const entries of tail(log, { from: cluster.seq + 1, follow: true, signal: either })) {
    for (const entry of entries) {
      evolve(cluster, entry, ignoreChanges)
      if (json || entry.seq < request || !isAbout(entry, moves)) continue
      await out.write(`${eventLine(entry, { now: Date.now(), colours: out.colours })}\n`)
    }
    const isThrough = cluster.seq >= request && cluster.rebalance?.seq !== request
    if (isThrough && moves.every((move) => !isOnItsWay(instanceOf(cluster, move)))) ending.abort()
  }
  if (signal.aborted) {
    await stderr.write('no longer watching; the moves go on: `ork events --follow` shows them\n')
    throw new Interrupted()
  }
  return moves.filter((move) => instanceOf(cluster, move)?.worker !== move.target).length
}

const instanceOf = (cluster: Cluster, { job, task, index }: Move): Instance | undefined =>
  findInstance(cluster, job, task, index)

const isAbout = ({ event }: Entry, moves: readonly Move[]): boolean => {
  if (event.type === 'RebalanceRequested' || event.type === 'RebalanceEnded') return true
  if (event.type === 'Unreadable' || !('index' in event.data)) return false
  const { job, task, index } = event.data
  return moves.some((move) => move.job === job && move.task === task && move.index === index)
}

const isOnItsWay = (instance: Instance | undefined): boolean =>
  instance !== undefined &&
  isWanted(instance) &&
  (instance.retiring !== null || !(instance.state === 'running' || isOver(instance.state)))
