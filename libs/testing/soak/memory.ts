import { readFileSync } from 'node:fs'

const MiB = 2 ** 20

/** What a process holds in memory, in MiB; null when it is not there. */
const rssOf = (pid: number): number | null => {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return (pages * 4096) / MiB
  } catch {
    return null
  }
}

interface Sample {
  readonly minute: number
  readonly mib: number
}

/** Watches the memory of processes that are not killed meanwhile. */
export class Memory {
  private readonly samples = new Map<string, Sample[]>()
  private readonly begun = performance.now()

  sample(name: string, pid: number | null): void {
    const mib = pid === null ? null : rssOf(pid)
    if (mib === null) return
    const own = this.samples.get(name) ?? []
    own.push({ minute: (performance.now() - this.begun) / 60_000, mib })
    this.samples.set(name, own)
  }

  /**
   * By name: the last size, and how it grew over the last two thirds of the time, in MiB a minute. What counts is the
   * least of each third: what a process holds goes up and down by a third as garbage comes and is collected.
   */
  figures(): Readonly<Record<string, { readonly mib: number; readonly growth: number }>> {
    return Object.fromEntries(
      [...this.samples].map(([name, own]) => {
        const third = Math.floor(own.length / 3)
        const [middle, last] = [least(own.slice(third, 2 * third)), least(own.slice(-third))]
        const minutes = last.minute - middle.minute
        const growth = minutes > 0 ? (last.mib - middle.mib) / minutes : 0
        return [name, { mib: round(own.at(-1)?.mib ?? 0), growth: round(growth) }]
      }),
    )
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

const least = (samples: readonly Sample[]): Sample =>
  samples.reduce((best, sample) => (sample.mib < best.mib ? sample : best), {
    minute: 0,
    mib: Number.POSITIVE_INFINITY,
  })
