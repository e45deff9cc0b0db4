import type { Observer } from '../observer'
import type { World } from '../world'

/** Something that must be true whatever happens. `watch` sees one run as it goes and says `fail` with what is wrong. */
export interface Invariant {
  readonly name: string
  watch(world: World, fail: (what: string) => void): Observer
}
