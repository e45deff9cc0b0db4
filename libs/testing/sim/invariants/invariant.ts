import type { Cluster } from '#libs/cluster'
import type { Observer } from '../observer'
import type { World } from '../world'

/** Something that must be true whatever happens. `watch` sees one run as it goes and says `fail` with what is wrong. */
export interface Invariant {
  readonly name: string
  watch(world: World, fail: (what: string) => void): Observer
}

/** One that can be judged by the log alone, and its fold: also of a cluster of real processes. */
export interface LogInvariant extends Invariant {
  watch(
    log: { readonly truth: Cluster; readonly time?: { readonly now: number } },
    fail: (what: string) => void,
  ): Observer
}
