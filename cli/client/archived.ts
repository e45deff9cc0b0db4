import { type OrkError, orkError } from '#libs/kernel'
import type { LogInfo } from '#libs/log'

/** Events that were asked for are no longer in the log but in an archive: which, and where that is. */
export const inArchive = (from: number, firstSeq: number, archived: LogInfo['archived']): OrkError => {
  const last = firstSeq - 1
  const which = from >= last ? `event ${last} is` : `events ${from} to ${last} are`
  const dir = archived?.dir ?? 'DIR'
  return orkError('Archived', `${which} in the archive`, {
    where: archived === null ? 'where it was put by `ork archive`' : `${archived.dir} on ${archived.host}`,
    next: `read through both with --archive ${dir}`,
  })
}
