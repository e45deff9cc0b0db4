import type { Cluster, Decision } from '#libs/cluster'
import type { PlacementPolicy } from '#libs/spec'

/** Has the cluster place by a policy from here on; null where it does so already. */
export const setPolicy = (cluster: Cluster, policy: PlacementPolicy, seed: number | null): Decision | null => {
  const { scheduling, leaders } = cluster
  if (scheduling.policy === policy && scheduling.seed === seed) return null
  return { draft: { type: 'PolicySet', data: { policy, seed } }, expect: leaders.scheduler.seq }
}
