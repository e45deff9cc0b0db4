import type { ContainerInfo, ContainerInspectInfo } from 'dockerode'
import * as E from 'fp-ts/Either'
import { mapBounded } from '../bounded'
import { exitOf } from '../exit'
import type { Served } from '../owners'
import {
  type AttemptRef,
  type Container,
  containerName,
  type DriverResult,
  type EngineHealth,
  type Exit,
  type Owner,
} from '../port'
import type { ApiFailure, Connection } from './connection'
import { driverError } from './failures'
import { type Labels, ownerFilter, ownerOf, publishedPorts, refFilter, refOf } from './labels'

const INSPECTS_AT_ONCE = 8

export const exitOfState = ({ State }: ContainerInspectInfo): Exit => exitOf(State.ExitCode, State.OOMKilled)

const stateOf = (status: string): Container['state'] => {
  if (status === 'created') return 'created'
  return status === 'running' || status === 'paused' || status === 'restarting' ? 'running' : 'exited'
}

const inspectedPort = (info: ContainerInspectInfo, key: string): number | undefined => {
  const bindings = info.NetworkSettings.Ports?.[key] ?? []
  const ipv4 = bindings.find(({ HostIp }) => HostIp.includes('.')) ?? bindings[0]
  return ipv4 === undefined ? undefined : Number(ipv4.HostPort)
}

/** Undefined for a container that ork did not make. */
export const fromInspect = (info: ContainerInspectInfo): Container | undefined => {
  const ref = refOf(info.Config.Labels)
  if (ref === undefined) return undefined
  const state = stateOf(info.State.Status)
  const ports = publishedPorts(info.Config.Labels, (key) => inspectedPort(info, key))
  const base = { ref, id: info.Id, state, ports }
  return state === 'exited' ? { ...base, exit: exitOfState(info) } : withHealth(base, info.State.Health?.Status)
}

const HEALTHS: ReadonlyMap<string, EngineHealth> = new Map([
  ['starting', 'starting'],
  ['health: starting', 'starting'],
  ['healthy', 'healthy'],
  ['unhealthy', 'unhealthy'],
])

/** By what the engine says of it; `none`, or nothing, where its image has no HEALTHCHECK. */
export const engineHealth = (word: string | undefined): EngineHealth | undefined => HEALTHS.get(word ?? '')

const withHealth = (container: Container, word: string | undefined): Container => {
  const health = container.state === 'running' ? engineHealth(word) : undefined
  return health === undefined ? container : { ...container, health }
}

const fromListing = (info: ContainerInfo): Container | undefined => {
  const ref = refOf(info.Labels)
  if (ref === undefined) return undefined
  const ports = publishedPorts(
    info.Labels,
    (key) =>
      info.Ports.find(({ PrivatePort, Type, PublicPort }) => PublicPort && `${PrivatePort}/${Type}` === key)
        ?.PublicPort,
  )
  // `Up 3 seconds (health: starting)`: the listing has it in a text for people only.
  return withHealth({ ref, id: info.Id, state: stateOf(info.State), ports }, /\(([^()]*)\)$/.exec(info.Status)?.[1])
}

/** Right undefined: there is no such container. */
export const inspect = async (
  connection: Connection,
  idOrName: string,
): Promise<E.Either<ApiFailure, ContainerInspectInfo | undefined>> => {
  const { docker, request, timeouts } = connection
  const container = docker.getContainer(idOrName)
  const found = await request(timeouts.callMs, (abortSignal) => container.inspect({ abortSignal }))
  return E.isLeft(found) && found.left.status === 404 ? E.right(undefined) : found
}

/** This very attempt's container if it belongs to an owner that is served here, else undefined. */
export const inspectOwn = async (
  connection: Connection,
  served: Served,
  ref: AttemptRef,
): DriverResult<ContainerInspectInfo | undefined> => {
  const name = containerName(ref)
  const found = await inspect(connection, name)
  if (E.isLeft(found)) return E.left(driverError(connection, `inspect ${name}`, found.left))
  if (found.right !== undefined && isOwn(served, ref, found.right.Config.Labels)) return E.right(found.right)
  return inspectRenamed(connection, served, ref)
}

const isOwn = (served: Served, ref: AttemptRef, labels: Labels): boolean => {
  const owner = ownerOf(labels)
  const found = refOf(labels)
  return owner !== undefined && served.has(owner) && found?.placement === ref.placement && found.hook === ref.hook
}

/** Somebody may have renamed it by hand: its labels still say which it is. */
const inspectRenamed = async (
  connection: Connection,
  served: Served,
  ref: AttemptRef,
): DriverResult<ContainerInspectInfo | undefined> => {
  const { docker, request, timeouts } = connection
  const listed = await request(timeouts.callMs, (abortSignal) =>
    docker.listContainers({ all: true, filters: { label: refFilter(ref) }, abortSignal }),
  )
  if (E.isLeft(listed)) return E.left(driverError(connection, `look for ${containerName(ref)}`, listed.left))
  const own = listed.right.find(({ Labels }) => isOwn(served, ref, Labels))
  if (own === undefined) return E.right(undefined)
  const found = await inspect(connection, own.Id)
  return E.isLeft(found) ? E.left(driverError(connection, `inspect ${own.Id}`, found.left)) : found
}

// A listing has no exit codes but in a text for people, so those that have ended are asked one by one. It also shows a
// container as running for some time after its exit was told; asked for that one alone, the engine knows.
const withExit = async (
  connection: Connection,
  container: Container,
): Promise<E.Either<ApiFailure, Container | undefined>> => {
  if (container.state !== 'exited' && !connection.died.has(container.id)) return E.right(container)
  if (container.state === 'exited') connection.died.delete(container.id)
  const found = await inspect(connection, container.id)
  return E.isLeft(found) ? found : E.right(found.right === undefined ? undefined : fromInspect(found.right))
}

/** All containers of the owner with their state; one that vanishes meanwhile is left out. */
export const listContainers = async (connection: Connection, owner: Owner): DriverResult<readonly Container[]> => {
  const { docker, request, timeouts } = connection
  const listed = await request(timeouts.callMs, (abortSignal) =>
    docker.listContainers({ all: true, filters: { label: ownerFilter(owner) }, abortSignal }),
  )
  if (E.isLeft(listed)) return E.left(driverError(connection, 'list containers', listed.left))
  const known = listed.right.flatMap((info) => fromListing(info) ?? [])
  const complete = await mapBounded(known, INSPECTS_AT_ONCE, (container) => withExit(connection, container))
  const containers: Container[] = []
  for (const container of complete) {
    if (E.isLeft(container)) return E.left(driverError(connection, 'inspect containers', container.left))
    if (container.right !== undefined) containers.push(container.right)
  }
  return E.right(containers)
}
