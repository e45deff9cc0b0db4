import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { OrkFailure, orkError } from '#libs/kernel'
import { findRoot } from './installation'

/** Which subjects a user may publish or subscribe to; wildcards stand for whole tokens. */
export interface Permissions {
  readonly publish: readonly string[]
  readonly subscribe: readonly string[]
  /** Lets it answer requests: how many messages (-1: any number) to one request, and for how long. */
  readonly responses?: { readonly max: number; readonly expires: string }
}

export interface NatsUser {
  readonly user: string
  readonly password: string
  /** Absent: everything. */
  readonly permissions?: Permissions
}

export interface ServerConfig {
  /** Stays the same over restarts: in a cluster it is the member's identity. */
  readonly name: string
  /** `127.0.0.1:4222` */
  readonly listen: string
  readonly store: string
  readonly syncAlways: boolean
  readonly logFile: string
  readonly pidFile: string
  readonly cluster?: { readonly name: string; readonly listen: string; readonly routes: readonly string[] }
  /** Absent: anyone who reaches the port may do anything. */
  readonly users?: readonly NatsUser[]
}

/** Strings and lists are written as JSON, which is also nats-server's syntax for them. */
const variables = (config: ServerConfig): Readonly<Record<string, unknown>> => ({
  ORK_NATS_NAME: config.name,
  ORK_NATS_LISTEN: config.listen,
  ORK_NATS_STORE: config.store,
  ORK_NATS_SYNC: config.syncAlways ? 'always' : '2m',
  ORK_NATS_CLUSTER: config.cluster?.name,
  ORK_NATS_CLUSTER_LISTEN: config.cluster?.listen,
  ORK_NATS_ROUTES: config.cluster?.routes,
})

const fill = (template: string, values: Readonly<Record<string, unknown>>, file: string): string =>
  template.replace(/^(?!\s*#)(.*)\$(\w+)/gm, (_whole, before: string, name: string) => {
    const value = values[name]
    if (value !== undefined) return `${before}${JSON.stringify(value)}`
    throw new OrkFailure(orkError('BadTemplate', `ork has no value for $${name}`, { where: file }))
  })

const userBlock = ({ user, password, permissions }: NatsUser): unknown => {
  if (permissions === undefined) return { user, password }
  const { publish, subscribe, responses } = permissions
  const rules = { publish: { allow: publish }, subscribe: { allow: subscribe } }
  return { user, password, permissions: responses === undefined ? rules : { ...rules, allow_responses: responses } }
}

/** The whole configuration file of a server: `nats/server.conf` or `nats/cluster/server.conf`, filled in. */
export const renderConfig = (config: ServerConfig, root: string = findRoot()): string => {
  const file = join(root, 'nats', ...(config.cluster === undefined ? [] : ['cluster']), 'server.conf')
  const own: Record<string, unknown> = {
    pid_file: config.pidFile,
    logfile: config.logFile,
    logfile_size_limit: 16 * 1024 * 1024,
    logfile_max_num: 3,
    ...(config.users === undefined ? {} : { authorization: { users: config.users.map(userBlock) } }),
  }
  const lines = Object.entries(own).map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
  return `${fill(readFileSync(file, 'utf8'), variables(config), file)}\n${lines.join('\n')}\n`
}
