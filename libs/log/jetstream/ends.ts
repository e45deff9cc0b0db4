import type { Link } from './link'
import { getStored, getStreamInfo } from './stored'

/**
 * Sequence of the last message that matches, as the leader knows it; 0 when there is none. A consumer's own "nothing
 * pending" will not do: a replica that has just come back may not yet have what was acknowledged.
 */
export const lastMatch = async (link: Link, stream: string, filters: readonly string[]): Promise<number> => {
  if (filters.length === 0) {
    const { state } = await getStreamInfo(link, stream)
    return state.messages === 0 ? 0 : state.last_seq
  }
  const found = await Promise.all(filters.map((filter) => getStored(link, stream, { last_by_subj: filter })))
  return Math.max(0, ...found.map((message) => message?.seq ?? 0))
}

/** Sequence of the first message stored at or after a time; last + 1 if there is none. Some twenty questions. */
export const firstAtOrAfter = async (link: Link, stream: string, time: number): Promise<number> => {
  const { state } = await getStreamInfo(link, stream)
  let low = Math.max(1, state.first_seq)
  let high = state.last_seq + 1
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const message = await getStored(link, stream, { seq: middle })
    if (message === null || message.time < time) low = middle + 1
    else high = middle
  }
  return low
}
