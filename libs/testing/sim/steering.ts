import type { RequestOf } from '#libs/api'

/** What operators ask for beyond submitting and stopping, with the event that it comes to. */
export const WRITES = {
  pause: 'UpdatePaused',
  resume: 'UpdateResumed',
  promote: 'UpdatePromoted',
  restart: 'JobRestartRequested',
  revert: 'JobReverted',
  scale: 'JobScaled',
  run: 'CronFired',
  drain: 'WorkerDraining',
  cordon: 'WorkerCordoned',
  uncordon: 'WorkerUncordoned',
  label: 'WorkerLabelled',
  'set-policy': 'PolicySet',
  rebalance: 'RebalanceRequested',
} as const

export type WritingVerb = keyof typeof WRITES

/** Of which the plan holds the whole request; moves are found when they are asked for. */
export type SteeringVerb = Exclude<WritingVerb, 'rebalance'>

/** A request to whatever service takes it. */
export type Asked = {
  [V in SteeringVerb]: { readonly tag: 'ask'; readonly verb: V; readonly request: RequestOf<V> }
}[SteeringVerb]
