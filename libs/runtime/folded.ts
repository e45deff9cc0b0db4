import { OrkFailure, orkError } from '#libs/kernel'

interface Waiting {
  readonly seq: number
  readonly resolve: () => void
  readonly reject: (cause: Error) => void
}

/** Lets code wait until a fold has come to a sequence. */
export class FoldedUpTo {
  private waiting: readonly Waiting[] = []
  private seq = 0
  private ended = false

  /** To be called after each batch of entries. */
  reached(seq: number): void {
    this.seq = seq
    if (this.waiting.length === 0) return
    const due = this.waiting.filter((one) => one.seq <= seq)
    if (due.length === 0) return
    this.waiting = this.waiting.filter((one) => one.seq > seq)
    for (const { resolve } of due) resolve()
  }

  /** Rejects with an `OrkFailure` (`Stopping`) if the fold ends before it gets there. */
  async until(seq: number): Promise<void> {
    if (seq <= this.seq) return
    if (this.ended) throw stopping()
    await new Promise<void>((resolve, reject) => {
      this.waiting = [...this.waiting, { seq, resolve, reject }]
    })
  }

  /** Nothing more will be folded: whoever waits is told so. */
  end(): void {
    this.ended = true
    const { waiting } = this
    this.waiting = []
    for (const { reject } of waiting) reject(stopping())
  }
}

const stopping = (): OrkFailure =>
  new OrkFailure(orkError('Stopping', 'this service is stopping', { next: 'ask again: another one may answer' }))
