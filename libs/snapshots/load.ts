import * as E from 'fp-ts/Either'
import { emptyCluster, FOLD_VERSION } from '#libs/cluster'
import { type OrkError, OrkFailure, orkError } from '#libs/kernel'
import type { Connection, Log } from '#libs/log'
import { type Head, type Snapshot, unpackSnapshot } from './pack'
import { type Listed, listed } from './slots'

/** What snapshots need of a connection. */
export type SnapshotSource = Pick<Connection, 'log' | 'objects'>

/** All snapshots in the bucket, of whatever fold, newest first; none is checked. */
export const listSnapshots = async ({ objects }: SnapshotSource): Promise<readonly Listed[]> =>
  listed(await objects.list())

/**
 * The newest snapshot that is whole, of this log, and made by this fold; an empty cluster at sequence 0 when there is
 * none. Those that are passed over are told to `warn`. Throws OrkFailure: `LogLostEvents` when the log ends before the
 * snapshot does, `LogArchived` when there is none and the log no longer begins with its first event.
 */
export const newestSnapshot = async (source: SnapshotSource, warn: (error: OrkError) => void): Promise<Snapshot> => {
  const { log } = source
  for (const one of await listSnapshots(source)) {
    if (one.fold !== FOLD_VERSION) continue
    const found = await checkSnapshot(source, one.name)
    if (E.isRight(found)) return found.right
    if (found.left.tag === 'LogLostEvents') throw new OrkFailure(found.left)
    warn(found.left)
  }
  const { firstSeq } = await log.info()
  if (firstSeq > 1) throw new OrkFailure(noBeginning(firstSeq))
  return { head: { cluster: log.cluster, fold: FOLD_VERSION, seq: 0, lastId: '' }, cluster: emptyCluster() }
}

/** Reads one snapshot and holds it against the log. Left: why it cannot be started from. */
export const checkSnapshot = async (source: SnapshotSource, name: string): Promise<E.Either<OrkError, Snapshot>> => {
  const unpacked = await unpackSnapshot(source.objects.read(name))
  if (E.isLeft(unpacked)) return E.left(unusable(name, unpacked.left))
  const misfit = await misfitOf(source, name, unpacked.right.head)
  return misfit === null ? unpacked : E.left(misfit)
}

const misfitOf = async ({ log }: SnapshotSource, name: string, head: Head): Promise<OrkError | null> => {
  if (head.cluster !== log.cluster) return unusable(name, 'it is of another log')
  if (head.fold !== FOLD_VERSION) return unusable(name, `it was made by fold ${head.fold}, this is ${FOLD_VERSION}`)
  const { firstSeq, lastSeq } = await log.info()
  if (head.seq > lastSeq) return lostEvents(name, head.seq, lastSeq)
  if (head.seq + 1 < firstSeq) return unusable(name, `events after its sequence ${head.seq} were archived`)
  if (head.seq < firstSeq) return null // its last event is archived, those after it are there
  const id = await idAt(log, head.seq)
  if (id === null) return lostEvents(name, head.seq, lastSeq)
  // One release may read what another could not: of that nothing is to be concluded.
  return id === head.lastId || id === '' || head.lastId === '' ? null : lostEvents(name, head.seq, lastSeq)
}

/** The id of the event at a sequence; empty where it cannot be read, null where there is none. */
export const idAt = async (log: Log, seq: number): Promise<string | null> => {
  const entry = await log.at(seq)
  if (entry === null) return null
  return entry.event.type === 'Unreadable' ? '' : entry.event.id
}

const unusable = (name: string, why: string): OrkError =>
  orkError('SnapshotUnusable', `cannot be used: ${why}`, {
    where: `snapshot ${name}`,
    next: 'an older one is taken instead, or the log from its first event; `ork snapshot list` shows them all',
  })

/** The log has lost what was folded into a snapshot: whatever is decided now may contradict what was done. */
export const lostEvents = (name: string, seq: number, lastSeq: number): OrkError =>
  orkError(
    'LogLostEvents',
    seq > lastSeq
      ? `the log ends at ${lastSeq}, but a snapshot holds it up to ${seq}: events were lost`
      : `the log's event ${seq} is not the one that a snapshot was made of: events were lost and others written`,
    {
      where: `snapshot ${name}`,
      next:
        'no service acts on such a log. Restore a backup with `ork restore`; or, if the loss is to be lived with, ' +
        `\`ork snapshot remove ${name}\` and start again`,
    },
  )

const noBeginning = (firstSeq: number): OrkError =>
  orkError('LogArchived', `the log begins at ${firstSeq} and there is no snapshot that can be used`, {
    where: 'snapshots',
    next: '`ork snapshot take --archive DIR` makes one from the archive',
  })
