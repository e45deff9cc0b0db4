import * as E from 'fp-ts/Either'
import type { Cluster } from '#libs/cluster'
import type { OrkError } from '#libs/kernel'
import type { LedService } from '#libs/runtime'
import type { ManagerView, Outcome } from '../core'

/** What became of a command. `seq`: of the event that was written, or up to which it is known that none was needed. */
export interface Done<O extends Outcome = Outcome> {
  readonly outcome: O
  readonly wrote: boolean
  readonly seq: number
}

/**
 * Decides a command on the newest view and writes what it comes to. `about` names the aggregate: commands about the same
 * one take turns. Left: why it is refused; nothing was written then.
 */
export type Perform = <O extends Outcome>(
  about: string,
  actor: string | null,
  decide: (cluster: Cluster) => E.Either<OrkError, O>,
) => Promise<E.Either<OrkError, Done<O>>>

/** Performs commands through a manager's service. */
export const performOn =
  (service: LedService<ManagerView>): Perform =>
  (about, actor, decide) =>
    service.execute(
      about,
      (cluster) => {
        const outcome = decide(cluster)
        return E.isLeft(outcome) ? outcome : E.right(commandOf(outcome.right))
      },
      actor,
    )

const commandOf = <O extends Outcome>(outcome: O) =>
  outcome.tag === 'Write'
    ? { decision: outcome.decision, done: (seq: number): Done<O> => ({ outcome, wrote: true, seq }) }
    : { decision: null, done: (): Done<O> => ({ outcome, wrote: false, seq: outcome.seq }) }
