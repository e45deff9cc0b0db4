import { type OrkError, orkError } from '#libs/kernel'

/** Something wrong at a place in the text; becomes an OrkError once the file's name and line are known. */
export interface Fault {
  readonly offset: number
  readonly path: string
  readonly what: string
  readonly next?: string
}

/** Line and column, both from 1, of an offset in a text. */
export type Locate = (offset: number) => { readonly line: number; readonly column: number }

/** Where an offset of the text is: line and column, both from 1. */
export const locator = (text: string): Locate => {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return (offset) => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 }
  }
}

/** `tasks[1].resources.memory`, one step further down. */
export const stepDown = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`
  if (!/^[A-Za-z_][\w-]*$/.test(key)) return `${path}[${JSON.stringify(key.slice(0, 60))}]`
  return path === '' ? key : `${path}.${key}`
}

/** Characters that would act on a terminal instead of being seen there, and line breaks. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

const seen = (text: string): string =>
  text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The faults in the order of the file, at most `max` of them, as errors at `file:line:column path`. */
export const toErrors = (faults: readonly Fault[], file: string, locate: Locate, max: number): readonly OrkError[] => {
  const ordered = [...faults].sort((a, b) => a.offset - b.offset)
  const errors = ordered.slice(0, max).map(({ offset, path, what, next }) => {
    const { line, column } = locate(offset)
    const where = `${file}:${line}:${column}${path === '' ? '' : ` ${seen(path)}`}`
    return orkError('BadJobFile', seen(what), next === undefined ? { where } : { where, next: seen(next) })
  })
  const rest = ordered.length - errors.length
  return rest > 0 ? [...errors, orkError('BadJobFile', `and ${rest} more problems`, { where: file })] : errors
}
