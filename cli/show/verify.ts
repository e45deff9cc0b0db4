import { apiSubject, type ViewPart, viewParts } from '#libs/api'
import { type Cluster, dumpCluster } from '#libs/cluster'
import { OrkFailure, orkError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { snapshotUpTo } from '../client/snapshot'
import { askServices } from '../client/status'
import { escapeText, toJson } from '../render/escape'
import { grouped } from '../render/foldProgress'
import { count } from '../render/sentence'
import { type Difference, firstDifference } from './difference'
import type { Show } from './events'
import { firstBase, foldWithProgress } from './replay'

/** A view at one sequence: the digest of each of its parts, by key. */
interface View {
  readonly who: string
  readonly seq: number
  readonly digests: ReadonlyMap<string, string>
}

const ANSWER_MS = 30_000

/**
 * Folds the log twice, from its first event and from the newest snapshot, compares the two, and compares them with what
 * each live service holds at the sequence it has reached. Throws OrkFailure with the first difference.
 */
export const verify = async (connection: Connection, show: Show): Promise<void> => {
  const { log } = connection
  const views = await liveViews(connection, show.signal)
  const to = Math.max(await log.lastSeq(), ...views.map(({ seq }) => seq))
  const ours = new Map<number, View>()
  const stops = views.map(({ seq }) => seq)
  const onStop = (seq: number, cluster: Cluster): void => void ours.set(seq, viewOf(cluster))
  const base = await firstBase(log, to)
  const first = await foldWithProgress(log, to, 'first fold', show.signal, { base, stops, onStop })
  const snapshot = await snapshotUpTo(connection, to)
  const from = snapshot?.head.seq ?? 0
  const begun = snapshot === null ? {} : { base: snapshot.cluster }
  const second = await foldWithProgress(log, to, 'second fold', show.signal, begun)
  const differing = firstDiffering(viewOf(first.cluster), viewOf(second.cluster))
  if (differing !== null) {
    const difference = firstDifference(partOf(first.cluster, differing), partOf(second.cluster, differing))
    throw new OrkFailure(
      disagree(
        from === 0
          ? 'two folds of the same log'
          : `folds from the first event (left) and from the snapshot of ${from} (right)`,
        differing,
        to,
        difference,
      ),
    )
  }
  for (const view of views) {
    const own = ours.get(view.seq)
    const key = own === undefined ? null : firstDiffering(own, view)
    if (key === null) continue
    throw new OrkFailure(
      disagree(`the log (left) and ${view.who} (right)`, key, view.seq, await locate(connection, view, key, show)),
    )
  }
  await tell(to, from, views, show)
}

const tell = async (seq: number, from: number, views: readonly View[], { json, out }: Show): Promise<void> => {
  const services = views.map(({ who, seq: at }) => ({ service: who, seq: at }))
  if (json)
    return out.write(`${toJson({ verified: true, seq, folds: 2, snapshot: from === 0 ? null : from, services })}\n`)
  const names = views.map(({ who, seq: at }) => `${escapeText(who)} (at ${grouped(at)})`)
  const others = views.length === 0 ? '; no live service answered to be compared' : `, and so do ${names.join(', ')}`
  const second = from === 0 ? '' : `, one of them from the snapshot of sequence ${grouped(from)},`
  await out.write(`${out.colours.green('verified')}: two folds of ${count(seq, 'event')}${second} agree${others}\n`)
}

const viewOf = (cluster: Cluster): View => toView('the log', viewParts('', cluster, []))

const toView = (who: string, parts: readonly ViewPart[]): View => ({
  who,
  seq: parts[0]?.seq ?? 0,
  digests: new Map(parts.filter(({ key }) => key !== '').map(({ key, digest }) => [key, digest])),
})

const partOf = (cluster: Cluster, wanted: string): unknown => {
  for (const [key, value] of dumpCluster(cluster)) if (key === wanted) return JSON.parse(JSON.stringify(value))
  return undefined
}

const firstDiffering = (left: View, right: View): string | null => {
  for (const key of new Set([...left.digests.keys(), ...right.digests.keys()])) {
    if (left.digests.get(key) !== right.digests.get(key)) return key
  }
  return null
}

const liveViews = async (connection: Connection, signal: AbortSignal): Promise<readonly View[]> => {
  const services = (await askServices(connection)).map(({ service }) => service).sort()
  return Promise.all(services.map(async (who) => toView(who, await askParts(connection, who, [], signal))))
}

const askParts = async (
  { bus, prefix }: Connection,
  who: string,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<readonly ViewPart[]> => {
  const parts: ViewPart[] = []
  const late = AbortSignal.timeout(ANSWER_MS)
  const subject = apiSubject(prefix, 'view', who.replace('/', '.'))
  for await (const part of bus.requestStream(subject, { keys }, AbortSignal.any([signal, late])))
    parts.push(part as ViewPart)
  if (late.aborted)
    throw new OrkFailure(orkError('TimedOut', 'did not say what it holds in time', { where: who, next: 'try again' }))
  return parts
}

/** The values themselves: the service's has moved on, so both are taken at where it is now. */
const locate = async (connection: Connection, { who }: View, key: string, show: Show): Promise<Difference | null> => {
  const parts = await askParts(connection, who, [key], show.signal)
  const seq = parts[0]?.seq ?? 0
  const theirs = parts.find((part) => part.key === key)?.value
  const base = await firstBase(connection.log, seq)
  const { cluster } = await foldWithProgress(connection.log, seq, 'third fold', show.signal, { base })
  return firstDifference(partOf(cluster, key), theirs)
}

const disagree = (who: string, key: string, seq: number, difference: Difference | null) => {
  const shown = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 300)
  const at = difference === null || difference.path === '' ? '' : `.${difference.path}`
  const values =
    difference === null ? 'they agree again by now' : `${shown(difference.left)} and ${shown(difference.right)}`
  return orkError('ViewsDiffer', `${who} differ: ${values}`, {
    where: `${key}${at} at sequence ${seq}`,
    next: 'this is a fault in ork; keep the log, and restart the service to let it fold anew',
  })
}
