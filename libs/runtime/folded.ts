/** Lets code wait until a fold has come to a sequence. */
export class FoldedUpTo {
  private waiting: { seq: number; resolve: () => void }[] = []
  private seq = 0

  /** To be called after each batch of entries. */
  reached(seq: number): void {
    this.seq = seq
    if (this.waiting.length === 0) return
    const due = this.waiting.filter((one) => one.seq <= seq)
    if (due.length === 0) return
    this.waiting = this.waiting.filter((one) => one.seq > seq)
    for (const { resolve } of due) resolve()
  }

  async until(seq: number): Promise<void> {
    if (seq <= this.seq) return
    await new Promise<void>((resolve) => this.waiting.push({ seq, resolve }))
  }
}
