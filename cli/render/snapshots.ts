import { formatBytes } from '#libs/kernel'
import type { CheckedSnapshot } from '../show/snapshot'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { type Cell, renderTable } from './table'
import { relative } from './time'

const iso = (ms: number): string => new Date(ms).toISOString()

/** What `--json` writes of one. */
export const snapshotJson = (found: CheckedSnapshot): unknown => ({ ...found, storedAt: iso(found.storedAt) })

/** A line for each snapshot, the newest first, and what is wrong with those that cannot be used. */
export const renderSnapshots = (found: readonly CheckedSnapshot[], look: EventLook): string => {
  const { green, red } = look.colours
  const table = renderTable(
    ['SNAPSHOT', 'SEQUENCE', 'TAKEN', 'SIZE', 'STATE'],
    found.map(({ name, seq, storedAt, bytes, problem }): (Cell | string)[] => [
      name,
      { text: String(seq), align: 'right' },
      relative(iso(storedAt), look),
      formatBytes(bytes),
      problem === null ? { text: 'good', paint: green } : { text: problem.tag, paint: red },
    ]),
    'no snapshots',
  )
  const problems = found.flatMap(({ name, problem }) =>
    problem === null ? [] : [`${red('!')} ${escapeText(`${name}: ${problem.what}`)}`],
  )
  return problems.length === 0 ? table : `${table}\n\n${problems.join('\n')}`
}
