import type { Versions } from '../client/versions'
import type { EventLook } from './event'
import { type Cell, renderTable } from './table'
import { absolute } from './time'

/** A line a version, oldest first. */
export const renderHistory = ({ items, firstSeq }: Versions, look: EventLook): string => {
  const table = renderTable(
    ['VERSION', 'WHEN', 'SEQUENCE', 'WHO', 'WHAT', 'OUTCOME', 'WHY'],
    items.map(({ version, time, seq, actor, what, outcome, reason }): (Cell | string)[] => [
      { text: String(version), align: 'right' },
      absolute(time, look),
      { text: String(seq), align: 'right' },
      actor ?? '-',
      what,
      { text: outcome, ...(outcome.startsWith('failed') ? { paint: look.colours.red } : {}) },
      reason ?? '-',
    ]),
    'no version',
  )
  const isWhole = firstSeq <= 1 || items[0]?.version === 1
  return isWhole ? table : `${table}\n${look.colours.yellow('older versions are in the archive: add --archive DIR')}`
}
