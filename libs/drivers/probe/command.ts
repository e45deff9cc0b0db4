import { formatDuration } from '#libs/kernel'
import type { Probed } from '../port'

/** So much of what a command says is shown. */
const SHOWN = 200
/** So much of it is kept meanwhile. */
const KEPT = 4_096

/** The last words of a command, of which only the end is kept. */
export class LastWords {
  private text = ''

  add(chunk: Buffer | string): void {
    this.text = `${this.text}${chunk}`.slice(-KEPT)
  }

  /** Its last line, cut short. */
  get line(): string {
    const lines = this.text.split('\n').map((line) => line.trim())
    const last = lines.findLast((line) => line !== '') ?? ''
    return last.length > SHOWN ? `${last.slice(0, SHOWN)}…` : last
  }
}

/** What a command that has ended has found. */
export const commandEnded = ([program = '']: readonly string[], exitCode: number, words: LastWords): Probed => {
  const said = words.line === '' ? '' : `: ${words.line}`
  return { ok: exitCode === 0, detail: `${program}: exit code ${exitCode}${said}` }
}

export const commandTooLate = ([program = '']: readonly string[], timeoutMs: number): Probed => ({
  ok: false,
  detail: `${program}: has not ended within ${formatDuration(timeoutMs)}`,
})

export const notRunning: Probed = { ok: false, detail: 'its container does not run' }
