import { formatBytes, OrkFailure, orkError } from '#libs/kernel'
import type { Link } from './link'
import { getStreamInfo } from './stored'

/** Has the servers take no more than so many bytes of events; null: no limit. What is stored stays. */
export const limit = async (link: Link, stream: string, maxBytes: number | null): Promise<void> => {
  const { config, state } = await getStreamInfo(link, stream)
  if (maxBytes !== null && maxBytes < state.bytes) {
    const what = `the log takes ${formatBytes(state.bytes)} already, more than ${formatBytes(maxBytes)}`
    throw new OrkFailure(orkError('LimitTooLow', what, { where: `stream ${stream}`, next: 'nothing was changed' }))
  }
  await link.ask(`STREAM.UPDATE.${stream}`, { ...config, max_bytes: maxBytes ?? -1 })
}
