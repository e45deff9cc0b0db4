import type { Cluster, Decision } from '#libs/cluster'
import type { PlacementPolicy } from '#libs/spec'

/** How instances are to be placed from here on. */
export interface Choice {
  /** Null: as before, with its seed. */
  readonly policy: PlacementPolicy | null
  readonly seed: number | null
  /** Whether what has a higher priority may take the place of what runs; null: as before. */
  readonly preemption: boolean | null
}

/** Has the cluster place so from here on; null where it does already. */
export const setPolicy = ({ scheduling, leaders }: Cluster, choice: Choice): Decision | null => {
  const { policy, seed } = choice.policy === null ? scheduling : { policy: choice.policy, seed: choice.seed }
  const preemption = choice.preemption ?? scheduling.preemption
  if (scheduling.policy === policy && scheduling.seed === seed && scheduling.preemption === preemption) return null
  return { draft: { type: 'PolicySet', data: { policy, seed, preemption } }, expect: leaders.scheduler.seq }
}
