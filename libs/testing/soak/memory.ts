import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const MiB = 2 ** 20

/** Names the folder in which services of a soak write what they hold. */
export const COLLECTED_DIR = 'ORK_SOAK_MEMORY'

/** What a process held, in bytes, when all garbage had just been collected; minutes of its age. */
export interface Collected {
  readonly minute: number
  /** What was resident, without the young generation. */
  readonly rss: number
  readonly heap: number
  readonly external: number
}

/** MiB a minute, over the last two thirds of a process's life, beyond which it is taken to leak. */
export const MOST_GROWTH = { rss: 0.3, heap: 0.15 } as const
/** Minutes of which those two thirds must consist: in fewer what is compiled and cached is still growing. */
const LONG_ENOUGH = 12

export interface Figures {
  readonly minutes: number
  /** MiB when it was last looked at, and the growth in MiB a minute over the last two thirds. */
  readonly rss: readonly [last: number, growth: number]
  readonly heap: readonly [last: number, growth: number]
}

/** What a process wrote, oldest first; none where it did not live long enough to. */
export const readCollected = (dir: string, name: string, pid: number | null): readonly Collected[] => {
  const file = join(dir, `${name}-${pid}`)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

export const figuresOf = (samples: readonly Collected[]): Figures => {
  const late = samples.slice(Math.floor(samples.length / 3))
  const of = (key: 'rss' | 'heap'): Figures['rss'] => {
    const points = late.map((sample) => ({ x: sample.minute, y: sample[key] / MiB }))
    return [round(points.at(-1)?.y ?? 0), round(slope(points))]
  }
  const minutes = round((late.at(-1)?.minute ?? 0) - (late[0]?.minute ?? 0))
  return { minutes, rss: of('rss'), heap: of('heap') }
}

/** Why a process is taken to leak; nothing where it does not, or did not live long enough to say. */
export const leaksIn = (name: string, { minutes, rss, heap }: Figures): readonly string[] => {
  if (minutes < LONG_ENOUGH) return []
  const told = (what: string, growth: number, most: number): string[] =>
    growth > most
      ? [`${name} grows: its ${what} by ${growth} MiB a minute over ${minutes} minutes, at most ${most}`]
      : []
  return [...told('resident memory', rss[1], MOST_GROWTH.rss), ...told('heap', heap[1], MOST_GROWTH.heap)]
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Of the line that lies closest to all points (least squares). */
const slope = (points: readonly Point[]): number => {
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / Math.max(1, points.length)
  const [x, y] = [mean((point) => point.x), mean((point) => point.y)]
  const spread = mean((point) => (point.x - x) ** 2)
  return spread === 0 ? 0 : mean((point) => (point.x - x) * (point.y - y)) / spread
}

const round = (value: number): number => Math.round(value * 100) / 100
