import { FOLD_VERSION } from '#libs/cluster'
import type { StoredObject } from '#libs/log'

/** How many snapshots are kept. */
const SLOTS = 3

/** Where snapshots of one version of the fold are: `cluster-v3-0`, and so on. */
const slotName = (fold: number, slot: number): string => `cluster-v${fold}-${slot}`

const slotsOf = (fold: number): readonly string[] => Array.from({ length: SLOTS }, (_, slot) => slotName(fold, slot))

const foldOf = (name: string): number | null => {
  const match = /^cluster-v(\d+)-\d$/.exec(name)
  return match === null ? null : Number(match[1])
}

/** A snapshot as the bucket lists it: what is said of it is not checked. */
export interface Listed {
  readonly name: string
  readonly fold: number
  readonly seq: number
  readonly cluster: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly storedAt: number
}

/** The snapshots among what is in the bucket, the newest first. */
export const listed = (objects: readonly StoredObject[]): readonly Listed[] =>
  objects
    .flatMap(({ name, about, bytes, storedAt }) => {
      const fold = foldOf(name)
      return fold === null
        ? []
        : [{ name, fold, seq: Number(about.seq ?? 0), cluster: about.cluster ?? '', bytes, storedAt }]
    })
    .sort((a, b) => b.seq - a.seq)

/** Where the next snapshot goes: what is of no use to this log goes first, then the oldest. */
export const nextSlot = (all: readonly Listed[], cluster: string): string => {
  const usefulness = (name: string): number => {
    const held = all.find((one) => one.name === name)
    return held?.cluster === cluster ? held.seq : -1
  }
  const slots = [...slotsOf(FOLD_VERSION)].sort((a, b) => usefulness(a) - usefulness(b))
  return slots[0] ?? slotName(FOLD_VERSION, 0)
}

/** Those that nobody will read: of older folds than the one before this, to which one may still want to go back. */
export const outlived = (all: readonly Listed[]): readonly Listed[] => {
  const before = Math.max(0, ...all.map(({ fold }) => fold).filter((fold) => fold < FOLD_VERSION))
  return all.filter(({ fold }) => fold < before)
}
