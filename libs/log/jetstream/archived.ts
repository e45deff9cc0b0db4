import type { ArchivePlace } from '../port'
import type { Link } from './link'
import { getStreamInfo, type StreamInfo } from './stored'

const ARCHIVE_KEY = 'ork.archive'

/** Where the stream says that its past is. */
export const archivePlace = ({ metadata = {} }: StreamInfo['config']): ArchivePlace | null => {
  try {
    const { host, dir } = JSON.parse(metadata[ARCHIVE_KEY] ?? 'null') as Partial<ArchivePlace>
    return typeof host === 'string' && typeof dir === 'string' ? { host, dir } : null
  } catch {
    return null
  }
}

/** Says where the past is, then removes it: all of it at once, which leaves no hole and takes the servers no time. */
export const purge = async (link: Link, stream: string, upTo: number, place: ArchivePlace): Promise<void> => {
  const { config } = await getStreamInfo(link, stream)
  const metadata = { ...config.metadata, [ARCHIVE_KEY]: JSON.stringify(place) }
  await link.ask(`STREAM.UPDATE.${stream}`, { ...config, metadata })
  await link.ask(`STREAM.PURGE.${stream}`, { seq: upTo + 1 })
}
