import type { Planned } from './happenings'
import { Random } from './random'

/** In this share of the runs a journal is damaged. */
const DAMAGED_SHARE = 0.3
const CUT_OFF_MS = 20_000

/**
 * Has a worker be cut off, with containers that end and are restarted meanwhile, and die before it could tell; what it had
 * kept of that is damaged when its next life reads it. Drawn apart from the rest, so that the rest of the plan of a seed
 * stays what it was.
 */
export const withDamage = (seed: number, workers: number, happenings: readonly Planned[]): readonly Planned[] => {
  const random = new Random(seed, 'damage')
  if (!random.chance(DAMAGED_SHARE)) return happenings
  const node = `w${random.between(1, workers)}`
  const from = happenings[random.between(0, happenings.length - 1)]?.at ?? 0
  const ends = Array.from({ length: random.between(1, 6) }, (): Planned => {
    const exit = { exitCode: random.pick([0, 1]), oomKilled: false }
    const what = { tag: 'container ends', node, place: random.between(0, 11), exit } as const
    return { at: from + random.between(1_000, 6_000), what }
  })
  const story: readonly Planned[] = [
    { at: from, what: { tag: 'cut off', nodes: [node], ms: CUT_OFF_MS, noticeMs: random.pick([0, 1_000, 6_000]) } },
    ...ends,
    { at: from + 8_000, what: { tag: 'journal damaged', node, place: random.between(0, 11) } },
    { at: from + 8_000, what: { tag: 'crash', node, downMs: random.between(0, 5_000) } },
  ]
  return [...happenings, ...story].sort((a, b) => a.at - b.at)
}
