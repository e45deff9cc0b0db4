import { findInstance } from '#libs/cluster'
import type { Driver } from '#libs/drivers'
import { instanceId, OrkFailure, orkError, orThrow, parseInstanceId } from '#libs/kernel'
import type { DriverName } from '#libs/spec'
import { containersOf, type Held, type WorkerView } from '../core'

/** An attempt of an instance, the last one where none is named. */
export interface Wanted {
  readonly id: string
  readonly attempt: number | null
  /** A hook of that attempt; its own container where it is absent or null. */
  readonly hook?: string | null
}

/** The container of an attempt here, and the engine it is on. Throws OrkFailure, which names the attempts that are kept. */
export const findHeld = (
  view: WorkerView,
  drivers: ReadonlyMap<DriverName, Driver>,
  wanted: Wanted,
): { readonly held: Held; readonly driver: Driver } => {
  const ref = orThrow(parseInstanceId(wanted.id))
  const id = instanceId(ref)
  const hook = wanted.hook ?? null
  const containers = containersOf(view, id).filter((held) => (held.ref.hook ?? null) === hook)
  const attempt = wanted.attempt ?? Math.max(0, ...containers.map((held) => held.ref.attempt))
  const held = containers.find((each) => each.ref.attempt === attempt)
  const driver = held === undefined ? undefined : drivers.get(held.driver)
  if (held !== undefined && driver !== undefined) return { held, driver }
  const instance = findInstance(view.cluster, ref.job, ref.task, ref.index)
  if (containers.length === 0 && instance?.state === 'stopped') {
    const what = `${id} was stopped: worker ${view.name} has removed its container, and what it wrote with it`
    const next = `\`ork task ${id}\` shows its history; the \`log\` of its task can send what it writes elsewhere`
    throw new OrkFailure(orkError('NoContainer', what, { next }))
  }
  const kept = containers.map((each) => each.ref.attempt).join(', ') || 'none'
  const of = hook === null ? id : `the hook ${hook} of ${id}`
  const what = `worker ${view.name} has no container of ${of} attempt ${attempt || (instance?.attempt ?? 1)}`
  const next = `attempts whose container is still there: ${kept}; \`ork task ${id}\` shows its history`
  throw new OrkFailure(orkError('NoContainer', what, { next }))
}
