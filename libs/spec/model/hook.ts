/** When a hook runs: before the container of an attempt is started, or after it has ended. */
export type HookStage = 'prestart' | 'poststop'

export const HOOK_STAGES: readonly HookStage[] = ['prestart', 'poststop']

/**
 * A container that runs to its end before, or after, that of its task: the same in everything but what is said here, and
 * without its ports.
 */
export interface HookSpec {
  readonly name: string
  /** The task's where absent. */
  readonly image?: string
  /** Replaces the image's entrypoint; never the task's own. */
  readonly command?: readonly string[]
  /** Replaces the image's default arguments; never the task's own. */
  readonly args?: readonly string[]
  /** Beside the task's, and before them. */
  readonly env: Readonly<Record<string, string>>
  /** How long it may take. */
  readonly timeoutMs: number
}
