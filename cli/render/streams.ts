import type { StreamState } from '#libs/log'
import { count } from './sentence'

/** Whether so many servers keep the stream, each as new as its leader. */
export const isKeptOn = ({ replicas, leader, copies }: StreamState, wanted: number): boolean =>
  replicas === wanted &&
  copies.length === wanted - 1 &&
  (wanted === 1 || leader !== null) &&
  copies.every(({ state }) => state === 'current')

/** `3 replicas, led by ork-1; ork-2 is current, ork-3 is 812 behind`. */
export const copiesText = ({ replicas, leader, copies }: StreamState): string => {
  const led = leader === null ? (replicas > 1 ? ', without a leader' : '') : `, led by ${leader}`
  const others = copies.map(({ server, state, lag }) =>
    state === 'lagging' ? `${server} is ${lag === 0 ? 'catching up' : `${lag} behind`}` : `${server} is ${state}`,
  )
  return `${count(replicas, 'replica')}${led}${others.length === 0 ? '' : `; ${others.join(', ')}`}`
}
