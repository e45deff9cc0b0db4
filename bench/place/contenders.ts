import type { Resources } from '#libs/kernel'
import { PLACEMENT_POLICIES } from '#libs/spec'
import type { Fleet } from '../../services/scheduler/core/fleet/fleet'
import { hash } from '../../services/scheduler/core/fleet/ties'
import { Picker } from '../../services/scheduler/core/pick'
import { pickPlainly } from '../../services/scheduler/core/pick/plain'
import { POLICIES, type Scored } from '../../services/scheduler/core/policies'

/** Picks the row of a worker for the n-th request, -1 if none fits. */
export type Pick = (asked: Resources, n: number) => number

export interface Contender {
  readonly name: string
  /** Placements that are enough to know its rate, of those asked for. */
  readonly share: number
  on(fleet: Fleet): Pick
}

const anyone = (): boolean => true

const policies: readonly Contender[] = PLACEMENT_POLICIES.map((name) => ({
  name,
  share: 1,
  on: (fleet) => {
    const picker = new Picker(fleet)
    const lot = { turn: 0, seed: () => hash(`web.api.${lot.turn}`, 0) }
    return (asked, n) => {
      lot.turn = n
      return picker.pick(name, asked, lot, anyone)
    }
  },
}))

/** The yardstick: E-PVM the plain way, every worker scored. */
const plain: Contender = {
  name: 'epvm-plain',
  share: 0.005,
  on: (fleet) => (asked) => pickPlainly(fleet, POLICIES.epvm as Scored, asked, anyone),
}

export const CONTENDERS: readonly Contender[] = [...policies, plain]
