import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isName, OrkFailure, orkError, orThrow, parsePrefix } from '#libs/kernel'
import { findRoot } from './installation'
import type { Permissions } from './server-config'

/** A stream in the words of JetStream's API; times are in nanoseconds. */
export interface StreamSettings {
  readonly name: string
  readonly description: string
  readonly subjects: readonly string[]
  readonly storage: 'file'
  readonly retention: 'limits'
  readonly discard: 'new' | 'old'
  readonly max_age: number
  readonly max_bytes: number
  readonly max_msgs: number
  readonly max_msgs_per_subject: number
  readonly duplicate_window: number
  readonly deny_delete: boolean
  readonly allow_atomic: boolean
  readonly allow_direct: boolean
  readonly allow_rollup_hdrs: boolean
  readonly num_replicas: number
}

interface AllStreams {
  readonly events: StreamSettings
  readonly heartbeats: StreamSettings
  /** The bucket of the object store, which is a stream. */
  readonly snapshots: StreamSettings
}

/** Who one may be to the broker; see `nats/README.md`. */
type NatsRole = 'manager' | 'scheduler' | 'worker' | 'client' | 'observer'

const readFilled = (file: string, prefix: string, name: string): unknown => {
  orThrow(parsePrefix(prefix))
  const text = readFileSync(join(findRoot(), 'nats', file), 'utf8')
  const filled = text
    .replaceAll('{prefix}', prefix)
    .replaceAll('{PREFIX}', prefix.toUpperCase())
    .replaceAll('{name}', name)
  return JSON.parse(filled)
}

/**
 * The streams of `nats/streams.json`.
 *
 * @param prefix first token of all subjects; also names the streams (`ork`: `ORK_EVENTS`)
 * @param replicas 1, or 3 on a cluster
 */
export const streamSettings = (prefix = 'ork', replicas = 1): AllStreams => {
  const [events, heartbeats, snapshots] = readFilled('streams.json', prefix, '') as [
    StreamSettings,
    StreamSettings,
    StreamSettings,
  ]
  return {
    snapshots: { ...snapshots, num_replicas: replicas },
    events: { ...events, num_replicas: replicas },
    heartbeats: { ...heartbeats, num_replicas: replicas },
  }
}

/**
 * What `nats/permissions.json` lets a role do, for one service or user of that name. A name that is no single plain
 * token is refused, since a wildcard in it would open the fence.
 */
export const permissionsFor = (role: NatsRole, name: string, prefix = 'ork'): Permissions => {
  if (!isName(name)) throw new OrkFailure(orkError('BadName', `"${name}" is not a name`, { where: role }))
  return (readFilled('permissions.json', prefix, name) as Record<NatsRole, Permissions>)[role]
}
