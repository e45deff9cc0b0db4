import { binpack } from './binpack'
import { epvm } from './epvm'
import type { Scored } from './policy'

/**
 * E-PVM with room kept for large requests. As published it balances so well that soon no worker has much room left: on
 * the trace of a real cluster it fails a request for 120 cores at a sixth of the capacity. Here the largest workers,
 * a tenth of the processors, are spared: ordinary requests come to them last, and then fill one after the other as
 * binpack does; large ones (more than half of the worker in the middle) go there first.
 */
export const epvmReserve: Scored = {
  name: 'epvm-reserve',
  pick: 'best',
  summary: 'epvm, with the largest workers (a tenth of the processors) spared for large requests',
  base: 0,
  terms: ['cpu', 'memory', 'disk', 'instances'],
  measured: false,
  level: (use, facts, spare) => (spare ? binpack.level(use, facts, spare) : epvm.level(use, facts, spare)),
  weight: (asked, facts, spare) => (spare ? binpack.weight(asked, facts, spare) : epvm.weight(asked, facts, spare)),
  load: (use, facts, spare) => (spare ? binpack : epvm).load?.(use, facts, spare) ?? 0,
  tier: (spare, large) => (spare === large ? 0 : 1),
}
