import type { LedRole } from '#libs/cluster'
import type { World } from './world'

const STOP_MS = 30_000

/**
 * The leader of a role stops just before it writes, and goes on the moment another has been elected: what it writes then
 * is of an epoch that is over, and about what nobody else has touched yet. Left to chance that hardly ever happens.
 */
export const overtake = (world: World, role: LedRole): void => {
  const leader = world.nodes.get(world.truth.leaders[role].holder)
  if (leader === undefined) return
  leader.setTrap({ where: 'publish', when: 'before', count: 1, stopMs: STOP_MS })
  world.observe({
    stored: ({ event }) => {
      if (event.type === 'LeaderElected' && event.data.role === role) leader.continue()
    },
  })
}
