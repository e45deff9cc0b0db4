import type { Probed } from '../port'
import { notRunning } from '../probe/command'
import { chance } from './clock'
import type { Simulated } from './host'

/** What a probe finds now; by lot where so many fail, by the `count` of those before it. */
export const probeSimulated = (container: Simulated, now: number, seed: number, count: number): Probed => {
  if (container.state !== 'running') return notRunning
  const { afterMs, untilMs, failureRate } = container.behaviour.health
  const age = now - container.startedAt
  if (age < afterMs) return { ok: false, detail: 'it is not ready yet' }
  if (untilMs !== null && age >= untilMs) return { ok: false, detail: 'it is well no longer' }
  const fails = chance(seed, `probe ${container.id} ${count}`) < failureRate
  return fails ? { ok: false, detail: 'it did not answer this time' } : { ok: true, detail: 'it answers' }
}
