import type { Instance } from '#libs/cluster'
import type { Candidate } from '../filters'

/** How good a place a feasible worker is; the highest score wins, the name breaks ties. Pure. */
export interface Policy {
  readonly name: string
  score(instance: Instance, candidate: Candidate): number
}
