import type { Move } from '#libs/events'
import { instanceId } from '#libs/kernel'
import type { Balance, RebalancePlan } from '../../services/scheduler/core'
import { count } from './sentence'
import { type Cell, renderTable } from './table'

/** The moves of a plan with what each gains, and how even the workers are before and after. */
export const renderPlan = ({ policy, moves, more, before, after, scores }: RebalancePlan): string => {
  if (!scores) return `nothing to move: ${policy} has no score that a move could raise`
  if (moves.length === 0) return `nothing to move: by ${policy} everything is where it should be`
  const table = renderTable(['INSTANCE', 'FROM', 'TO', 'GAIN'], moves.map(row), '')
  const rest = more ? ', and there is more to gain after these' : ''
  return `${table}\n\n${count(moves.length, 'move')} by ${policy}${rest}\n${balance(before, after)}`
}

const row = (move: Move): readonly (Cell | string)[] => [
  instanceId(move),
  move.worker,
  move.target,
  { text: `${(move.gain / 10).toFixed(1)} %`, align: 'right' },
]

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

const balance = (before: Balance, after: Balance): string =>
  `deviation of cpu ${percent(before.cpu)} -> ${percent(after.cpu)}, of memory ${percent(before.memory)} -> ` +
  `${percent(after.memory)}; workers in use ${before.busy} -> ${after.busy}`
