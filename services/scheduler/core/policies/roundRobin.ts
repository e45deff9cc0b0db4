import type { InTurn } from './policy'

/** Every worker in its turn: in the order of ties, from the one after as many as there were placements, who fits. */
export const roundRobin: InTurn = {
  name: 'round-robin',
  pick: 'next',
  summary: 'each worker in its turn',
}
