import { pastArchive } from '../expect'
import type { Append, AppendResult } from '../port'
import { append, appendTogether } from './append'
import type { Link } from './link'
import { getStreamInfo } from './stored'
import type { Writer } from './writer'

/** The same write as it is to be expected where the log no longer holds the past. */
const expectingPastArchive = (item: Append, firstSeq: number): Append => {
  const expect = pastArchive(item, firstSeq)
  return expect === undefined ? item : { ...item, expect }
}

const firstSeqOf = async (link: Link, stream: string): Promise<number> =>
  (await getStreamInfo(link, stream)).state.first_seq

/**
 * As `append`. That an aggregate's last event is archived is noticed by the conflict: then it is looked where the log
 * begins, and what was expected of the archived past is written again, expecting nothing of what is left.
 */
export const appendPastArchive = async (
  link: Link,
  writer: Writer,
  stream: string,
  items: readonly Append[],
): Promise<readonly AppendResult[]> => {
  const results = await append(link, writer, items)
  if (!results.some(({ tag }, at) => tag === 'Conflict' && (items[at]?.expect ?? 0) > 0)) return results
  const firstSeq = await firstSeqOf(link, stream)
  const due = [...items.keys()].filter((at) => {
    const item = items[at]
    return results[at]?.tag === 'Conflict' && item !== undefined && pastArchive(item, firstSeq) !== item.expect
  })
  const again = due.flatMap((at) => items[at] ?? []).map((item) => expectingPastArchive(item, firstSeq))
  const second = await append(link, writer, again)
  return results.map((result, at) => second[due.indexOf(at)] ?? result)
}

/** As `appendTogether`, in the same way. */
export const appendTogetherPastArchive = async (
  link: Link,
  writer: Writer,
  stream: string,
  items: readonly Append[],
): Promise<AppendResult> => {
  const result = await appendTogether(link, writer, items)
  if (result.tag !== 'Conflict') return result
  const firstSeq = await firstSeqOf(link, stream)
  const again = items.map((item) => expectingPastArchive(item, firstSeq))
  return again.every(({ expect }, at) => expect === items[at]?.expect) ? result : appendTogether(link, writer, again)
}
