import type { RequestOf } from '#libs/api'

/** What operators ask for beyond submitting and stopping, with the event that it comes to. */
export const WRITES = {
  pause: 'UpdatePaused',
  resume: 'UpdateResumed',
  promote: 'UpdatePromoted',
  revert: 'JobReverted',
  scale: 'JobScaled',
  drain: 'WorkerDraining',
  cordon: 'WorkerCordoned',
  uncordon: 'WorkerUncordoned',
} as const

export type SteeringVerb = keyof typeof WRITES

/** A request to whatever manager takes it. */
export type Asked = {
  [V in SteeringVerb]: { readonly tag: 'ask'; readonly verb: V; readonly request: RequestOf<V> }
}[SteeringVerb]
