import * as t from 'io-ts'

/** The three services. */
export const RoleCodec = t.keyof({ manager: null, scheduler: null, worker: null }, 'Role')
export type Role = t.TypeOf<typeof RoleCodec>

/** When a hook of a task runs. */
export const HookStageCodec = t.keyof({ prestart: null, poststop: null }, 'HookStage')

/** What an event is about, which decides its subject and the aggregate it belongs to. */
export type Topic = 'job' | 'task' | 'worker' | 'control' | 'heartbeat'

/**
 * `fact`: reports what happened; never refused. `command`: chosen because a user asked; refused if its aggregate moved.
 * `decision`: chosen by the role's leader; refused if its aggregate moved, and ignored by every fold if its epoch is old.
 */
export type Nature = 'fact' | 'command' | 'decision'

/** An older shape of an event's data, frozen, and the total function to the next one. */
export interface OlderVersion {
  // biome-ignore lint/suspicious/noExplicitAny: the shapes in between are private to the chain
  readonly data: t.Type<any>
  readonly upcast: (data: never) => unknown
}

export interface EventDefinition<Type extends string, Data> {
  readonly type: Type
  /** Version of `data`; older ones stand in `older` under their number. */
  readonly version: number
  readonly topic: Topic
  /** Who may write it: one role, or for `LeaderElected` the role it names. */
  readonly owner: Role | 'candidate'
  readonly nature: Nature
  /** One sentence for `docs/events.md`. */
  readonly summary: string
  readonly data: t.Type<Data>
  readonly older: Readonly<Record<number, OlderVersion>>
}

/** States one event of the vocabulary; version 1 unless said otherwise. */
export const defineEvent = <Type extends string, Data>(
  definition: Omit<EventDefinition<Type, Data>, 'version' | 'older'> &
    Partial<Pick<EventDefinition<Type, Data>, 'version' | 'older'>>,
): EventDefinition<Type, Data> => ({ version: 1, older: {}, ...definition })
