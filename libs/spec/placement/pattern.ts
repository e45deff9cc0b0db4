import * as E from 'fp-ts/Either'
import { after, BadPattern, either, isFound, many, nothing, type One, type Part, repeated, single } from './steps'

const MAX_REPEATS = 255
const MAX_DEPTH = 20
const ANY: One = { not: true, ranges: [] }
const DIGIT = [[48, 57]] as const
const WORD = [...DIGIT, [65, 90], [95, 95], [97, 122]] as const
const SPACE = [
  [9, 13],
  [32, 32],
] as const
const CLASSES: Readonly<Record<string, One>> = {
  d: { not: false, ranges: DIGIT },
  D: { not: true, ranges: DIGIT },
  w: { not: false, ranges: WORD },
  W: { not: true, ranges: WORD },
  s: { not: false, ranges: SPACE },
  S: { not: true, ranges: SPACE },
}

/** Reads a pattern, from left to right. */
class Reader {
  private at = 0
  private depth = 0
  private readonly chars: readonly string[]

  constructor(text: string) {
    this.chars = [...text]
  }

  whole(): Part {
    const part = this.choice()
    if (this.at < this.chars.length) throw new BadPattern('has a ")" too many')
    return part
  }

  private choice(): Part {
    const first = this.sequence()
    return this.takes('|') ? either(first, this.choice()) : first
  }

  private sequence(): Part {
    let part = nothing
    while (this.at < this.chars.length && this.next !== '|' && this.next !== ')') part = after(part, this.repetition())
    return part
  }

  private repetition(): Part {
    const isEdge = this.next === '^' || this.next === '$'
    const part = this.atom()
    if (isEdge) return this.once(part)
    if (this.takes('*')) return this.once(many(part))
    if (this.takes('+')) return this.once(after(part, many(part)))
    if (this.takes('?')) return this.once(either(part, nothing))
    if (!this.takes('{')) return part
    const bounds = /^(\d{1,3})(,(\d{1,3})?)?$/.exec(this.upTo('}'))
    if (bounds === null) throw new BadPattern('has a "{" that is not {n}, {n,} or {n,m}')
    const min = Number(bounds[1])
    const max = bounds[2] === undefined ? min : bounds[3] === undefined ? Number.POSITIVE_INFINITY : Number(bounds[3])
    if (min > MAX_REPEATS || (max !== Number.POSITIVE_INFINITY && (max > MAX_REPEATS || max < min))) {
      throw new BadPattern(`repeats too much: ${MAX_REPEATS} times at most`)
    }
    return this.once(repeated(part, min, max))
  }

  /** What is repeated may not be repeated again, and an edge not at all. */
  private once(part: Part): Part {
    if (this.next !== undefined && '*+?{'.includes(this.next))
      throw new BadPattern(`has "${this.next}" after a repetition, or after ^ or $`)
    return part
  }

  private atom(): Part {
    const char = this.take()
    switch (char) {
      case '(':
        return this.group()
      case '[':
        return single({ tag: 'one', one: this.set() })
      case '.':
        return single({ tag: 'one', one: ANY })
      case '^':
        return single({ tag: 'start' })
      case '$':
        return single({ tag: 'end' })
      case '\\':
        return single({ tag: 'one', one: this.escaped() })
      case '*':
      case '+':
      case '?':
      case '{':
        throw new BadPattern(`has "${char}" with nothing to repeat`)
      default:
        return single({ tag: 'one', one: just(char) })
    }
  }

  private group(): Part {
    if (this.takes('?') && !this.takes(':')) throw new BadPattern('looks ahead or behind, which is not offered')
    this.depth += 1
    if (this.depth > MAX_DEPTH) throw new BadPattern('is nested too deep')
    const part = this.choice()
    this.depth -= 1
    if (!this.takes(')')) throw new BadPattern('has a "(" that is not closed')
    return part
  }

  private set(): One {
    const not = this.takes('^')
    const ranges: (readonly [number, number])[] = []
    while (!this.takes(']') || ranges.length === 0) {
      if (this.at >= this.chars.length) throw new BadPattern('has a "[" that is not closed')
      const low = this.ofSet()
      ranges.push(...low.ranges)
      const from = low.ranges[0]?.[0] ?? 0
      if (this.next !== '-' || this.chars[this.at + 1] === ']') continue
      this.at += 1
      const to = this.ofSet().ranges[0]?.[0] ?? 0
      if (to < from) throw new BadPattern('has a range whose end comes before its beginning')
      ranges.push([from, to])
    }
    return { not, ranges }
  }

  private ofSet(): One {
    const char = this.take()
    const one = char === '\\' ? this.escaped() : just(char)
    if (one.not) throw new BadPattern('has \\D, \\W or \\S inside of [ ]')
    return one
  }

  private escaped(): One {
    const char = this.take()
    const known = CLASSES[char]
    if (known !== undefined) return known
    if (/[A-Za-z0-9]/.test(char)) throw new BadPattern(`has \\${char}, which is not offered`)
    return just(char)
  }

  private get next(): string | undefined {
    return this.chars[this.at]
  }

  private take(): string {
    const char = this.chars[this.at]
    if (char === undefined) throw new BadPattern('ends too soon')
    this.at += 1
    return char
  }

  private takes(char: string): boolean {
    if (this.next !== char) return false
    this.at += 1
    return true
  }

  private upTo(end: string): string {
    const from = this.at
    while (this.next !== undefined && this.next !== end) this.at += 1
    const text = this.chars.slice(from, this.at).join('')
    return this.takes(end) ? text : `${text}…`
  }
}

const just = (char: string): One => {
  const code = char.codePointAt(0) ?? 0
  return { not: false, ranges: [[code, code]] }
}

/** Whether the pattern is found somewhere in a text. */
export type Pattern = (text: string) => boolean

/**
 * A regular expression whose cost grows with the length of the text alone, whatever the pattern: all ways through it are
 * gone at once (Thompson, 1968). It has characters, `.`, `[...]`, `\d \w \s`, groups, `|`, `* + ? {n,m}`, `^` and `$`; it
 * has no look-around, no back references and no lazy repetition. Left: what is wrong with it.
 */
export const compilePattern = (text: string): E.Either<string, Pattern> => {
  try {
    const steps = new Reader(text).whole()(0)
    return E.right((subject) => isFound(steps, subject))
  } catch (error) {
    if (error instanceof BadPattern) return E.left(`the pattern ${error.message}`)
    throw error
  }
}
