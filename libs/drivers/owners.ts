import type { Owner } from './port'

/**
 * The owners a driver has been asked to serve. `stop`, `remove` and `logs` name a container only by its attempt, and
 * another cluster on the same host may have one of that name: to these it is as if that one were not there.
 */
export interface Served {
  add(owner: Owner): void
  has(owner: Owner): boolean
}

export const sameOwner = (a: Owner, b: Owner): boolean => a.cluster === b.cluster && a.worker === b.worker

const keys = new WeakMap<Owner, string>()

/** The same for the same owner; for maps. Asked for with everything that is done for an owner, which is one object then. */
export const ownerKey = (owner: Owner): string => {
  const known = keys.get(owner)
  if (known !== undefined) return known
  const key = `${owner.worker}\0${owner.cluster}`
  keys.set(owner, key)
  return key
}

export const served = (): Served => {
  const known = new Set<string>()
  return { add: (owner) => void known.add(ownerKey(owner)), has: (owner) => known.has(ownerKey(owner)) }
}
