import { CST, Lexer } from 'yaml'
import { MAX_DEPTH } from '../limits'
import type { Fault } from './fault'

/** Above any job: past it the parser would take seconds. */
const MAX_TOKENS = 250_000

/**
 * Refuses a text that the parser, which is recursive, must not see: one nested too deep or with too many tokens. It
 * looks at tokens only, never takes a text for deeper than it is, and by at most a factor of two for less deep.
 */
export const guard = (text: string): Fault | undefined => {
  const nesting = new Nesting()
  let tokens = 0
  for (const token of new Lexer().lex(text)) {
    tokens += 1
    nesting.see(token)
    if (nesting.depth > MAX_DEPTH) return tooDeep(nesting.offset)
    if (tokens > MAX_TOKENS) {
      return { offset: nesting.offset, path: '', what: `too many values, at most about ${MAX_TOKENS / 5} are allowed` }
    }
  }
  return undefined
}

export const tooDeep = (offset: number, path = ''): Fault => ({
  offset,
  path,
  what: `nested too deep, at most ${MAX_DEPTH} levels are allowed`,
})

/** Counts open collections: brackets for the flow style, columns of `-`, `?` and keys for the block style. */
class Nesting {
  offset = 0
  private lineStart = 0
  private flow = 0
  private columns: number[] = []
  /** Column where what may be a key began on this line. */
  private first: number | undefined
  private inScalar = false

  get depth(): number {
    return this.flow + this.columns.length
  }

  see(token: string): void {
    const type = this.inScalar ? 'text' : CST.tokenType(token)
    this.inScalar = type === 'scalar'
    // Marks of the lexer for the parser, not part of the text.
    if (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end') return
    const column = this.offset - this.lineStart
    if (type === 'flow-map-start' || type === 'flow-seq-start') this.flow += 1
    else if (type === 'flow-map-end' || type === 'flow-seq-end') this.flow = Math.max(0, this.flow - 1)
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind') this.open(column)
    else if (type === 'map-value-ind') this.open(this.first ?? column)
    else if (type !== 'space' && type !== 'comment' && type !== 'comma') this.first ??= column
    this.offset += token.length
    const lineBreak = token.lastIndexOf('\n')
    if (lineBreak < 0) return
    this.lineStart = this.offset - token.length + lineBreak + 1
    if (lineBreak === token.length - 1) this.first = undefined
  }

  private open(column: number): void {
    this.first = undefined
    if (this.flow > 0) return
    while ((this.columns.at(-1) ?? -1) >= column) this.columns.pop()
    this.columns.push(column)
  }
}
