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

  /** By name: the last size, and how it grew over the second half of the time, in MiB a minute. */
  figures(): Readonly<Record<string, { readonly mib: number; readonly growth: number }>> {
    return Object.fromEntries(
      [...this.samples].map(([name, own]) => {
        const half = own.slice(own.length >> 1)
        return [name, { mib: round(half.at(-1)?.mib ?? 0), growth: round(slope(half)) }]
      }),
    )
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

/** By least squares. */
const slope = (samples: readonly Sample[]): number => {
  const mean = (pick: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length
  const [x, y] = [mean(({ minute }) => minute), mean(({ mib }) => mib)]
  const across = samples.reduce((sum, { minute, mib }) => sum + (minute - x) * (mib - y), 0)
  const along = samples.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  return along === 0 ? 0 : across / along
}
