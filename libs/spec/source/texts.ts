import { type OrkError, orkError } from '#libs/kernel'
import { type Fault, type Locate, locator } from './fault'
import type { Part, Tree } from './tree'

interface Text {
  readonly name: string
  readonly start: number
  readonly locate: Locate
}

/**
 * Several texts, one behind the other, so that one offset says which text is meant and where in it. What is made from
 * two files can then be told of as if it were one.
 */
export class Texts {
  private readonly all: Text[] = []
  private end = 0

  /** Puts a text behind those before; gives the offset of its first character. */
  add(name: string, text: string): number {
    const start = this.end
    this.all.push({ name, start, locate: locator(text) })
    this.end += text.length + 1
    return start
  }

  /** The name of the first. */
  get name(): string {
    return this.all[0]?.name ?? ''
  }

  /** `file:line:column` of an offset. */
  place(offset: number): string {
    const text = this.all.findLast(({ start }) => start <= offset)
    if (text === undefined) return ''
    const { line, column } = text.locate(offset - text.start)
    return `${text.name}:${line}:${column}`
  }
}

/** The tree of a text, at the offset where the text begins. */
export const shifted = (tree: Tree, start: number): Tree => {
  if (start === 0) return tree
  const parts = new Map<string, Part>()
  for (const [key, part] of tree.parts) {
    parts.set(key, { keyOffset: part.keyOffset + start, tree: shifted(part.tree, start) })
  }
  return { ...tree, offset: tree.offset + start, parts }
}

/** Characters that would act on a terminal instead of being seen there, and line breaks. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu

const seen = (text: string): string =>
  text.replace(UNSEEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`)

/** The faults in the order of the texts, at most `max` of them, as errors at `file:line:column path`. */
export const toErrors = (faults: readonly Fault[], texts: Texts, max: number): readonly OrkError[] => {
  const ordered = [...faults].sort((a, b) => a.offset - b.offset)
  const errors = ordered.slice(0, max).map(({ offset, path, what, next }) => {
    const where = `${texts.place(offset)}${path === '' ? '' : ` ${seen(path)}`}`
    return orkError('BadJobFile', seen(what), next === undefined ? { where } : { where, next: seen(next) })
  })
  const rest = ordered.length - errors.length
  return rest > 0 ? [...errors, orkError('BadJobFile', `and ${rest} more problems`, { where: texts.name })] : errors
}
