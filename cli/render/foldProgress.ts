import type { Output } from '../output'

const SHOW_AFTER_MS = 400
const EVERY_MS = 100
const ERASE_LINE = '\r\u001b[K'

/** A line on a terminal that counts while a long log is folded, or played; silent elsewhere and for short ones. */
export const foldProgress = (out: Output, what: string, total: number, unit = 'events') => {
  const begun = performance.now()
  let drawnAt = begun + SHOW_AFTER_MS - EVERY_MS
  let drawn = false
  return {
    tell: (folded: number): void => {
      const now = performance.now()
      if (!out.isTerminal || now - drawnAt < EVERY_MS) return
      drawnAt = now
      drawn = true
      const rate = Math.round(folded / Math.max(0.001, (now - begun) / 1000))
      void out.write(`${ERASE_LINE}${what}: ${grouped(folded)} of ${grouped(total)} ${unit}, ${grouped(rate)}/s`)
    },
    end: (): void => {
      if (drawn) void out.write(ERASE_LINE)
    },
  }
}

/** `1,234,567` */
export const grouped = (n: number): string => n.toLocaleString('en-US')
