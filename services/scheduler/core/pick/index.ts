import type { Resources } from '#libs/kernel'
import type { PlacementPolicy } from '#libs/spec'
import type { Fleet } from '../fleet/fleet'
import { POLICIES, type Scored } from '../policies'
import { type Admits, Board } from './board'
import { pickNext } from './next'
import { pickSample } from './sample'

/** What chance and turns follow from, so that a decision can be made again. */
export interface Lot {
  /** How many placements there were before this one. */
  readonly turn: number
  seed(): number
}

/** Picks workers by any policy; keeps a board for each that was asked for. */
export class Picker {
  private readonly boards = new Map<PlacementPolicy, Board>()

  constructor(private readonly fleet: Fleet) {}

  /** The row of the worker that takes a request, of those with room that are admitted; -1 if there is none. */
  pick(name: PlacementPolicy, asked: Resources, lot: Lot, admits: Admits): number {
    const policy = POLICIES[name]
    switch (policy.pick) {
      case 'best':
        return this.board(policy).pick(asked, admits)
      case 'next':
        return pickNext(this.fleet, lot.turn, asked, admits)
      case 'sample': {
        const row = pickSample(this.fleet, policy, lot.seed(), asked, admits)
        return row >= 0 ? row : this.board(policy.by).pick(asked, admits)
      }
    }
  }

  private board(policy: Scored): Board {
    const known = this.boards.get(policy.name)
    if (known !== undefined) return known
    const board = new Board(this.fleet, policy)
    this.boards.set(policy.name, board)
    return board
  }
}

export type { Admits } from './board'
