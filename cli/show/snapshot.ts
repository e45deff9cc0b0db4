import * as E from 'fp-ts/Either'
import { FOLD_VERSION } from '#libs/cluster'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { advanceSnapshot, checkSnapshot, type Listed, listSnapshots, storeSnapshot } from '#libs/snapshots'
import { openArchived } from '../client/openArchived'
import { firstBase, foldWithProgress } from './replay'

/** A snapshot, and why services would not start from it; null: they would. */
export interface CheckedSnapshot extends Listed {
  readonly problem: OrkError | null
}

/** All snapshots there are, newest first, each with what is wrong with it. */
export const checkAll = async (connection: Connection): Promise<readonly CheckedSnapshot[]> => {
  const found: CheckedSnapshot[] = []
  for (const one of await listSnapshots(connection)) {
    const checked = one.fold === FOLD_VERSION ? await checkSnapshot(connection, one.name) : E.left(otherFold(one))
    found.push({ ...one, problem: E.isLeft(checked) ? checked.left : null })
  }
  return found
}

const otherFold = ({ name, fold }: Listed): OrkError =>
  orkError('OtherFold', `is of another release of ork: fold ${fold}, this is ${FOLD_VERSION}`, {
    where: `snapshot ${name}`,
  })

/** Takes one of all that the log holds now, and returns its sequence. With an archive, from the first event on. */
export const take = async (
  connection: Connection,
  archive: string | undefined,
  signal: AbortSignal,
): Promise<number> => {
  if (archive === undefined) return advanceSnapshot(connection, () => undefined)
  const { log } = await openArchived(connection, archive)
  const to = await log.lastSeq()
  const { cluster } = await foldWithProgress(log, to, 'folding', signal, { base: await firstBase(log, to) })
  await storeSnapshot(connection, cluster)
  return cluster.seq
}

/** Removes a snapshot by its name. Throws OrkFailure where there is none. */
export const remove = async (connection: Connection, name: string): Promise<void> => {
  const known = await listSnapshots(connection)
  if (known.every((one) => one.name !== name)) throw new OrkFailure(noSuchSnapshot(name, known))
  await connection.objects.remove(name)
}

const noSuchSnapshot = (name: string, known: readonly Listed[]): OrkError =>
  orkError('NoSuchSnapshot', `there is no snapshot "${name}"`, {
    next: known.length === 0 ? 'there is none at all' : `there are: ${known.map((one) => one.name).join(', ')}`,
  })
