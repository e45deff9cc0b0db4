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

/** The same for the same owner; for maps. */
export const ownerKey = ({ cluster, worker }: Owner): string => `${worker}\0${cluster}`

export const served = (): Served => {
  const keys = new Set<string>()
  return { add: (owner) => void keys.add(ownerKey(owner)), has: (owner) => keys.has(ownerKey(owner)) }
}
