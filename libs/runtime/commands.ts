import * as E from 'fp-ts/Either'
import { type Cluster, type Decision, frozenError } from '#libs/cluster'
import { aggregateOf, type Draft, type EventType } from '#libs/events'
import { type OrkError, orkError } from '#libs/kernel'
import { type AppendResult, type LogInfo, reserveReached } from '#libs/log'
import { Turns } from './turns'

/** A command's way to the log: what to write, decided on the newest view. */
export type Command<T> = (
  cluster: Cluster,
) => E.Either<OrkError, { readonly decision: Decision | null; readonly done: (seq: number) => T }>

export interface CommandsOptions {
  readonly cluster: Cluster
  /** How the log is at this moment. */
  readonly look: () => Promise<LogInfo>
  readonly foldedUpTo: (seq: number) => Promise<void>
  readonly write: (decision: Decision, by: { readonly actor?: string }) => Promise<AppendResult | undefined>
}

const MAX_TRIES = 50
/** What ends things, holds them back, or gets the operator out of trouble. */
const WAYS_OUT: ReadonlySet<EventType> = new Set([
  'JobStopRequested',
  'UpdatePaused',
  'WorkerCordoned',
  'QuarantineLifted',
] as const)

/**
 * Whether a command may use what a full log keeps for facts. Not so one that moves things (a drain, giving up a worker):
 * its consequences are decisions, and none is taken before there is room.
 */
const isWayOut = ({ jobs }: Cluster, { type, data }: Draft): boolean =>
  WAYS_OUT.has(type) ||
  (type === 'JobScaled' && data.replicas < (jobs.get(data.job)?.tasks.get(data.task)?.replicas ?? 0))

/** Carries out what users ask for, on the newest view; those about one thing one after the other. */
export class Commands {
  private readonly turns = new Turns()

  constructor(private readonly options: CommandsOptions) {}

  /** As `LedService.execute`. */
  async execute<T>(about: string, command: Command<T>, actor: string | null): Promise<E.Either<OrkError, T>> {
    return (await this.turns.take(about, () => this.carryOut(command, actor))) ?? E.left(crowded(about))
  }

  private async carryOut<T>(command: Command<T>, actor: string | null): Promise<E.Either<OrkError, T>> {
    const { cluster, look, foldedUpTo, write } = this.options
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const info = await look()
      await foldedUpTo(info.lastSeq)
      const outcome = command(cluster)
      if (E.isLeft(outcome)) return outcome
      const { decision, done } = outcome.right
      if (decision === null) return E.right(done(cluster.seq))
      const { draft } = decision
      const refusal =
        frozenError(cluster, aggregateOf(draft)) ?? (isWayOut(cluster, draft) ? null : reserveReached(info))
      if (refusal !== null) return E.left(refusal)
      const result = await write(decision, actor === null ? {} : { actor })
      if (result?.tag === 'Refused') return E.left(result.error)
      if (result?.tag === 'Stored') {
        await foldedUpTo(result.seq)
        return E.right(done(result.seq))
      }
    }
    return E.left(
      orkError('Busy', 'what you asked for kept changing while it was being written', { next: 'try again' }),
    )
  }
}

const crowded = (about: string): OrkError =>
  orkError('Busy', `this manager has as many commands waiting as it may, some of them about ${about}`, {
    next: 'nothing was done; try again in a moment',
  })
