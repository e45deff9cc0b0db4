import { escapeText } from './escape'

/** A cell: its text as it came, and the colour it is shown in. */
export interface Cell {
  readonly text: string
  readonly paint?: (text: string) => string
  readonly align?: 'right'
}

const toCell = (cell: Cell | string): Cell => (typeof cell === 'string' ? { text: cell } : cell)

const segments = new Intl.Segmenter()
const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u

/** Columns that escaped text without colours takes on a terminal. */
export const widthOf = (text: string): number => {
  if (/^[ -~]*$/.test(text)) return text.length
  let width = 0
  for (const { segment } of segments.segment(text)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Lines of a table with two spaces between columns, every cell escaped; without rows, only `empty`. */
export const renderTable = (
  head: readonly string[],
  rows: readonly (readonly (Cell | string)[])[],
  empty: string,
): string => {
  if (rows.length === 0) return empty
  const cells = [head, ...rows].map((row) => row.map(toCell).map((cell) => ({ ...cell, text: escapeText(cell.text) })))
  const widths = head.map((_, column) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[column]?.text ?? '')), 0),
  )
  return cells
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const pad = ({ text, paint, align }: Cell, width: number): string => {
  const space = ' '.repeat(Math.max(0, width - widthOf(text)))
  const painted = paint === undefined ? text : paint(text)
  return align === 'right' ? space + painted : painted + space
}

/** `label  value` lines, labels aligned; values may have colours, so they must be escaped already. */
export const renderPairs = (pairs: readonly (readonly [label: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([label]) => label.length))
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n')
}
