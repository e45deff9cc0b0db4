import type { Output } from '../output'

const ESC = '\u001b['
/** Lines longer than the terminal are cut, not wrapped: a wrapped one would spoil the count. */
const NO_WRAP = `${ESC}?7l`
const WRAP = `${ESC}?7h`
const HIDE_CURSOR = `${ESC}?25l`
const SHOW_CURSOR = `${ESC}?25h`

/** A few lines at the end of a terminal that are redrawn in place. */
export class LiveRegion {
  private drawn: readonly string[] = []

  constructor(private readonly out: Output) {}

  /** Most lines that may be drawn: what is drawn must not scroll away. */
  get limit(): number {
    return Math.max(3, Math.min(20, this.out.rows - 2))
  }

  /** Shows these lines, already escaped, instead of those before. */
  async draw(lines: readonly string[]): Promise<void> {
    if (lines.length === this.drawn.length && lines.every((line, at) => line === this.drawn[at])) return
    const body = lines.map((line) => `${line}\n`).join('')
    const text = `${HIDE_CURSOR}${NO_WRAP}${this.toTop()}${body}${WRAP}${SHOW_CURSOR}`
    this.drawn = lines
    await this.out.write(text)
  }

  /** Puts lines above the region that stay. */
  async print(text: string): Promise<void> {
    const { drawn } = this
    await this.out.write(`${this.toTop()}${text}\n`)
    this.drawn = []
    await this.draw(drawn)
  }

  /** Leaves what is drawn where it is; the next drawing starts below. */
  end(): void {
    this.drawn = []
  }

  private toTop(): string {
    return this.drawn.length === 0 ? '' : `${ESC}${this.drawn.length}F${ESC}J`
  }
}
