/**
 * How the instances of a task come from one version to the next. An instance of the new version counts as healthy when it
 * has been up for `minHealthyMs` without a break.
 */
export interface UpdateSpec {
  /** `stop-first` ends the old one, then starts the new; `start-first` ends the old one once the new one is healthy. */
  readonly order: 'stop-first' | 'start-first'
  /** How many instances are replaced at a time: never are more than so many down (`stop-first`) because of the update. */
  readonly maxParallel: number
  readonly minHealthyMs: number
  /** From being placed to being healthy; longer is a failure of the update. */
  readonly healthyDeadlineMs: number
  /** Without any instance becoming healthy for so long the update has failed. */
  readonly progressDeadlineMs: number
  /** Whether a failed update goes back to the last version that was good. */
  readonly autoRevert: boolean
  /** So many instances are replaced first; the others wait for `ork promote`. 0: none. */
  readonly canary: number
  /** Whether healthy canaries are enough for the others to follow. */
  readonly autoPromote: boolean
}
