import type { NetworkInspectInfo } from 'dockerode'
import * as E from 'fp-ts/Either'
import type { ContainerSpec, DriverResult, Owner } from '../port'
import type { Connection } from './connection'
import { driverError } from './failures'
import { CLUSTER } from './labels'

/** The name that the engine has for a network of a cluster: two clusters may share an engine, and never a network. */
export const networkName = ({ cluster }: Owner, network: string): string => `ork-${cluster}-${network}`

/** What others on the network find the container by: its task, and its task in its job. Nobody looks for a hook. */
export const endpointOf = ({ ref }: ContainerSpec): { Aliases: string[] } => ({
  Aliases: ref.hook === undefined ? [ref.task, `${ref.task}.${ref.job}`] : [],
})

/**
 * Makes the networks that the engine does not have yet. Two who ask for one at the same moment may each be given their
 * own, and from then on the name means neither: of these the first stays.
 */
export const ensureNetworks = async (connection: Connection, spec: ContainerSpec): DriverResult<void> => {
  const { docker, request, timeouts } = connection
  for (const network of spec.settings?.networks ?? []) {
    const Name = networkName(spec.owner, network)
    const found = await called(connection, Name)
    if (E.isLeft(found)) return found
    if (found.right.length === 1) continue
    const Labels = { [CLUSTER]: spec.owner.cluster, 'ork.network': network }
    if (found.right.length === 0) {
      const made = await request(timeouts.callMs, (abortSignal) =>
        docker.createNetwork({ Name, CheckDuplicate: true, Driver: 'bridge', Labels, abortSignal }),
      )
      // 409: another instance was quicker.
      if (E.isLeft(made) && made.left.status !== 409) {
        return E.left(driverError(connection, `create network ${Name}`, made.left))
      }
    }
    const all = await called(connection, Name)
    if (E.isLeft(all)) return all
    for (const { Id } of all.right.slice(1)) await request(timeouts.callMs, () => docker.getNetwork(Id).remove())
  }
  return E.right(undefined)
}

/** All networks of exactly that name, the first that was made before the others. */
const called = async (connection: Connection, name: string): DriverResult<readonly NetworkInspectInfo[]> => {
  const { docker, request, timeouts } = connection
  const listed = await request(timeouts.callMs, () => docker.listNetworks({ filters: { name: [name] } }))
  if (E.isLeft(listed)) return E.left(driverError(connection, `look for network ${name}`, listed.left))
  const age = ({ Created, Id }: NetworkInspectInfo): string => `${Created} ${Id}`
  return E.right(listed.right.filter(({ Name }) => Name === name).sort((a, b) => (age(a) < age(b) ? -1 : 1)))
}

/** Connects a container that was not started yet to all its networks but the first, which it was made with. */
export const joinNetworks = async (connection: Connection, spec: ContainerSpec, id: string): DriverResult<void> => {
  const { docker, request, timeouts } = connection
  const [, ...others] = spec.settings?.networks ?? []
  for (const network of others) {
    const name = networkName(spec.owner, network)
    const body = { Container: id, EndpointConfig: endpointOf(spec) }
    const joined = await request(timeouts.callMs, () => docker.getNetwork(name).connect(body))
    // It was connected before an earlier start was cut short.
    if (E.isLeft(joined) && !/already exists in network/.test(joined.left.words)) {
      return E.left(driverError(connection, `connect to network ${name}`, joined.left))
    }
  }
  return E.right(undefined)
}
