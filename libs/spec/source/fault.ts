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
