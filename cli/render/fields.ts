import { stringify } from 'yaml'
import type { FieldChange } from '../show/changes'
import { escapeText } from './escape'
import type { EventLook } from './event'

/**
 * How a job differs, a field a line: `~` another value, `+` new, `-` gone; below it what has parts, as YAML, and of long
 * texts the lines that differ.
 */
export const renderFields = (fields: readonly FieldChange[], look: EventLook): readonly string[] => {
  const width = Math.max(0, ...fields.filter(isLine).map(({ path }) => path.length))
  return fields.flatMap((field) => linesOf(field, width, look))
}

const isPlain = (value: unknown): boolean => typeof value !== 'object' || value === null
/** Two values that are longer together do not stand beside one another. */
const LONG = 80

const isLine = ({ before, after }: FieldChange): boolean => {
  const texts = [before, after].filter((value) => typeof value === 'string')
  const isShort = texts.length < 2 || texts.join('').length <= LONG
  return isPlain(before) && isPlain(after) && isShort && !texts.some((text) => text.includes('\n'))
}

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
  const block = (lines: readonly string[], mark: string, colour: (text: string) => string): string[] =>
    lines.map((line) => `  ${colour(mark)}   ${colour(escapeText(line))}`)
  const head = path === '' ? [] : [`  ${paint(sign)} ${escapeText(path)}`]
  const [was, is] = differing(partsOf(before), partsOf(after))
  return [...head, ...block(was, '-', colours.red), ...block(is, '+', colours.green)]
}

const partsOf = (value: unknown): readonly string[] => {
  if (value === undefined) return []
  return typeof value === 'string' ? value.split('\n') : stringify(value, { lineWidth: 0 }).trimEnd().split('\n')
}

/** Both without the lines at their beginning and end that they have in common. */
const differing = (a: readonly string[], b: readonly string[]): readonly [readonly string[], readonly string[]] => {
  const most = Math.min(a.length, b.length)
  let head = 0
  while (head < most && a[head] === b[head]) head += 1
  let tail = 0
  while (tail < most - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1
  return [a.slice(head, a.length - tail), b.slice(head, b.length - tail)]
}

const textOf = (value: unknown): string => escapeText(typeof value === 'string' ? value : JSON.stringify(value))
