import { stringify } from 'yaml'
import type { FieldChange } from '../show/changes'
import { escapeText } from './escape'
import type { EventLook } from './event'

/** How a job differs, a field a line: `~` another value, `+` new, `-` gone; what has parts as YAML below it. */
export const renderFields = (fields: readonly FieldChange[], look: EventLook): readonly string[] => {
  const width = Math.max(0, ...fields.filter(isLine).map(({ path }) => path.length))
  return fields.flatMap((field) => linesOf(field, width, look))
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null
const isLine = ({ before, after }: FieldChange): boolean => isPlain(before) && isPlain(after)

const linesOf = (field: FieldChange, width: number, { colours }: EventLook): string[] => {
  const { path, before, after } = field
  const [sign, paint] =
    before === undefined ? ['+', colours.green] : after === undefined ? ['-', colours.red] : ['~', colours.yellow]
  if (isLine(field)) {
    const was = before === undefined ? '' : colours.red(textOf(before))
    const is = after === undefined ? '' : colours.green(textOf(after))
    const both = was !== '' && is !== '' ? `${was} → ${is}` : `${was}${is}`
    return [`  ${paint(sign)} ${escapeText(path.padEnd(width))}  ${both}`]
  }
  const block = (value: unknown, mark: string, colour: (text: string) => string): string[] =>
    value === undefined
      ? []
      : stringify(value, { lineWidth: 0 })
          .trimEnd()
          .split('\n')
          .map((line) => `  ${colour(mark)}   ${colour(escapeText(line))}`)
  const head = path === '' ? [] : [`  ${paint(sign)} ${escapeText(path)}`]
  return [...head, ...block(before, '-', colours.red), ...block(after, '+', colours.green)]
}

const textOf = (value: unknown): string => escapeText(typeof value === 'string' ? value : JSON.stringify(value))
