import { formatDuration } from '#libs/kernel'
import type { Difference, Outcome, WhatIf } from '../whatif'
import { escapeText } from './escape'
import type { EventLook } from './event'
import { grouped } from './foldProgress'
import { renderTable } from './table'
import { absolute } from './time'

/** Both outcomes side by side, and where they first differ. */
export const renderWhatIf = (
  found: WhatIf,
  { from, to }: { readonly from: number; readonly to: number },
  look: EventLook,
): string => {
  const isAhead = from > to
  const took = formatDuration(found.end - found.begin)
  const head = isAhead
    ? `From now on${found.end - found.begin >= 1_000 ? `, ${took} ahead` : ''}`
    : `Sequence ${grouped(from)} to ${grouped(to)}, ${took} from ${absolute(new Date(found.begin).toISOString(), look)}`
  return [look.colours.bold(head), table(found, isAhead), differences(found, isAhead), again(found)]
    .filter((part) => part !== '')
    .join('\n\n')
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`

/** What is said of an outcome, and how. */
const ROWS: readonly (readonly [label: string, of: (outcome: Outcome) => string])[] = [
  ['placed', ({ placed }) => grouped(placed)],
  ['moves', ({ moves }) => grouped(moves)],
  ['running at the end', ({ running }) => grouped(running)],
  ['pending at the end', ({ pending }) => grouped(pending)],
  ['starting or stopping', ({ inBetween }) => grouped(inBetween)],
  ['completed', ({ completed }) => grouped(completed)],
  ['failed', ({ failed }) => grouped(failed)],
  ['waiting, middle', ({ waiting }) => formatDuration(waiting.middle)],
  ['waiting, 99 %', ({ waiting }) => formatDuration(waiting.p99)],
  ['waiting, longest', ({ waiting }) => formatDuration(waiting.longest)],
  ['cpu in use', ({ use }) => percent(use.cpu)],
  ['memory in use', ({ use }) => percent(use.memory)],
  ['cpu at the end', ({ use }) => percent(use.cpuAtEnd)],
  ['memory at the end', ({ use }) => percent(use.memoryAtEnd)],
]

const table = ({ recorded, changed }: WhatIf, isAhead: boolean): string =>
  renderTable(
    ['', isAhead ? 'AS IT IS' : 'RECORDED', 'WHAT IF'],
    ROWS.map(([label, of]) => [
      label,
      { text: of(recorded), align: 'right' as const },
      { text: of(changed), align: 'right' as const },
    ]),
    '',
  )

/** How many of the placements that differ are told one by one. */
const SHOWN = 10

const differences = ({ differences: found }: WhatIf, isAhead: boolean): string => {
  if (found.length === 0) return isAhead ? 'Nothing is placed otherwise.' : 'Every placement is the same.'
  const differ = `${grouped(found.length)} ${found.length === 1 ? 'placement differs' : 'placements differ'}`
  const head = isAhead ? `${differ}:` : `${differ}, first at ${placeOf(found[0])}:`
  const more = found.length > SHOWN ? [`  ... and ${grouped(found.length - SHOWN)} more`] : []
  return [head, ...found.slice(0, SHOWN).map((one) => line(one, isAhead)), ...more].join('\n')
}

const placeOf = (first: Difference | undefined): string =>
  first?.recorded == null ? 'a placement that was never made' : `sequence ${grouped(first.recorded.seq)}`

const line = ({ recorded, changed }: Difference, isAhead: boolean): string => {
  const id = escapeText((recorded ?? changed).instance)
  if (recorded === null) return `  ${id} goes to ${escapeText(changed.worker)}`
  const there = changed === null ? 'has no such placement' : `goes to ${escapeText(changed.worker)}`
  const was = isAhead ? '' : ` as at sequence ${grouped(recorded.seq)}`
  return `  ${id} ${there}, and not to ${escapeText(recorded.worker)}${was}`
}

const again = ({ again: { same, of } }: WhatIf): string => {
  if (of === 0) return ''
  const found = `Decided again from the log, ${grouped(same)} of ${grouped(of)} recorded placements come out the same`
  if (same === of) return `${found}.`
  return `${found}; the others rest on what is not in the log (heartbeats, with least-loaded), or on another release.`
}
