import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
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
  if (config.deny_purge === true) throw new OrkFailure(denied(stream))
  const metadata = { ...config.metadata, [ARCHIVE_KEY]: JSON.stringify(place) }
  await link.ask(`STREAM.UPDATE.${stream}`, { ...config, metadata })
  await link.ask(`STREAM.PURGE.${stream}`, { seq: upTo + 1 })
}

const denied = (stream: string): OrkError =>
  orkError(
    'PurgeDenied',
    'somebody has set deny_purge, which the servers let nobody lift: the log keeps what was archived',
    {
      where: `stream ${stream}`,
      next: 'the files are good, and can be read with --archive; see that the servers have room for the log to grow',
    },
  )
