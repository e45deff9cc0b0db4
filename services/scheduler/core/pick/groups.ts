import { RESOURCE_NAMES, type ResourceName, type Resources } from '#libs/kernel'
import type { Fleet } from '../fleet/fleet'
import type { Group } from './weights'

/** With more capacities than this in the fleet, similar ones are taken together. */
const MAX_GROUPS = 48

/** The workers of a group, in the order of ties. */
export interface Members extends Group {
  readonly rows: readonly number[]
}

/** Puts workers of one capacity together. */
export const groupsOf = (fleet: Fleet): readonly Members[] => {
  const members = new Map<string, number[]>()
  const keyOf = keyFor(fleet)
  for (const row of fleet.byRank) {
    const key = keyOf(row)
    const group = members.get(key)
    if (group === undefined) members.set(key, [row])
    else group.push(row)
  }
  return [...members.values()].map((rows) => ({ ...groupOf(fleet, rows), rows }))
}

/** Rows, place by place: group after group, and in each side by side who is filled alike. */
export const placesOf = (fleet: Fleet, groups: readonly Members[], measured: boolean): Int32Array => {
  const places = new Int32Array(fleet.size)
  let from = 0
  for (const { rows } of groups) {
    const keys = inOrderOfUse(fleet, rows, measured)
    for (let place = 0; place < keys.length; place += 1) {
      places[from + place] = rows[(keys[place] as number) % PLACES] as number
    }
    from += keys.length
  }
  return places
}

const capacityOf = (fleet: Fleet, row: number): Resources => fleet.workers[row]?.capacity as Resources

/** By capacity exactly, or where that makes too many groups by its magnitude alone. */
const keyFor = (fleet: Fleet): ((row: number) => string) => {
  const exact = (row: number): string => keyOf(fleet, row, (amount) => amount)
  const distinct = new Set<string>()
  for (const row of fleet.byRank) {
    if (distinct.add(exact(row)).size > MAX_GROUPS)
      return (row) => keyOf(fleet, row, (amount) => Math.ceil(Math.log2(amount)))
  }
  return exact
}

const keyOf = (fleet: Fleet, row: number, of: (amount: number) => number): string => {
  const { cpuMilli, memoryBytes, diskBytes } = capacityOf(fleet, row)
  return `${fleet.spare[row]} ${of(cpuMilli)} ${of(memoryBytes)} ${of(diskBytes)}`
}

const groupOf = (fleet: Fleet, rows: readonly number[]): Group => {
  const all = rows.map((row) => capacityOf(fleet, row))
  const pick = (choose: (...amounts: number[]) => number): Resources => {
    const of = (name: ResourceName): number => all.reduce((one, two) => choose(one, two[name]), all[0]?.[name] ?? 0)
    return { cpuMilli: of('cpuMilli'), memoryBytes: of('memoryBytes'), diskBytes: of('diskBytes') }
  }
  const [least, most] = [pick(Math.min), pick(Math.max)]
  const exact = RESOURCE_NAMES.every((name) => least[name] === most[name])
  return { spare: fleet.spare[rows[0] ?? 0] ?? false, least, most, exact }
}

/** Steps in which use is told apart, and room for a place in the order of ties beside two of them. */
const STEPS = 2 ** 13
const PLACES = 2 ** 27

/**
 * Along a Z-curve over the use of cpu and memory (Morton order): neighbours on it are filled alike in both. Each key ends
 * in a place in `rows`. Done again and again as workers fill up, so no iterator is used: it would cost more than the sort.
 */
const inOrderOfUse = (fleet: Fleet, rows: readonly number[], measured: boolean): Float64Array => {
  const keys = new Float64Array(rows.length)
  for (let at = 0; at < keys.length; at += 1) {
    const row = rows[at] as number
    keys[at] =
      (spread(step(fleet.share(row, 0, measured))) * 2 + spread(step(fleet.share(row, 1, measured)))) * PLACES + at
  }
  return keys.sort()
}

const step = (share: number): number => Math.max(0, Math.min(STEPS - 1, Math.floor(share * STEPS)))

/** Thirteen bits, with a gap after each. */
const spread = (bits: number): number => {
  let spaced = bits
  spaced = (spaced | (spaced << 8)) & 0x00ff00ff
  spaced = (spaced | (spaced << 4)) & 0x0f0f0f0f
  spaced = (spaced | (spaced << 2)) & 0x33333333
  return (spaced | (spaced << 1)) & 0x55555555
}
