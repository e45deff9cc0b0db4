import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { leftover, refused } from '../errors'
import { sameOwner } from '../owners'
import { type Container, type ContainerSpec, containerName, type DriverResult } from '../port'
import type { ApiFailure, Connection } from './connection'
import { fromInspect, inspect } from './containers'
import { createBody } from './createBody'
import { driverError } from './failures'
import { describeOwner, ownerOf } from './labels'
import { ensureNetworks, joinNetworks } from './networks'

const CREATE_TRIES = 4

const create = async (
  connection: Connection,
  spec: ContainerSpec,
  image: string,
): Promise<E.Either<ApiFailure, string>> => {
  const { docker, request, timeouts } = connection
  // Left to itself dockerode sends the whole body in the address too, and that is bounded.
  const options = { _query: { name: containerName(spec.ref) }, _body: createBody(spec, image) }
  const created = await request(timeouts.callMs, (abortSignal) => docker.createContainer({ ...options, abortSignal }))
  return E.isLeft(created) ? created : E.right(created.right.id)
}

/** Removes what a refused start left behind; that it could not be is no news: a repeated run finds it. */
const discard = async ({ docker, request, timeouts }: Connection, id: string): Promise<void> => {
  await request(timeouts.callMs, (abortSignal) => docker.getContainer(id).remove({ force: true, v: true, abortSignal }))
}

const started = async (connection: Connection, spec: ContainerSpec, id: string): DriverResult<Container> => {
  // Which ports it has, and whether its image says how its health is checked, the engine alone knows.
  if (!spec.imageHealth && spec.ports.every(({ hostPort }) => hostPort !== 0)) {
    const ports = spec.ports.map(({ name, hostPort }) => ({ name, hostPort }))
    return E.right({ ref: spec.ref, id, state: 'running', ports })
  }
  const found = await inspect(connection, id)
  if (E.isLeft(found)) return E.left(driverError(connection, `inspect ${containerName(spec.ref)}`, found.left))
  const container = found.right === undefined ? undefined : fromInspect(found.right)
  return E.right(container ?? { ref: spec.ref, id, state: 'running', ports: [] })
}

/**
 * An engine that was killed while it started a container finds the beginnings of that run in its way, under the
 * container's id, whenever it is asked again.
 */
const LEFTOVER = /\btask [0-9a-f]{64}: already exists|\bid already in use|\bmkdir \S*[0-9a-f]{64}: file exists/

/** Another worker on the engine has just made a network of that name too, and removes it again. */
const AMBIGUOUS = /network \S+ is ambiguous/

/** Right undefined: it could never have been started and is removed; another one, with a new id, can be. */
const start = async (connection: Connection, spec: ContainerSpec, id: string): DriverResult<Container | undefined> => {
  const { docker, request, timeouts } = connection
  const joined = await joinNetworks(connection, spec, id)
  if (E.isLeft(joined)) {
    if (joined.left.tag !== 'Unreachable') await discard(connection, id)
    return joined
  }
  const done = await request(timeouts.startMs, (abortSignal) => docker.getContainer(id).start({ abortSignal }))
  if (E.isRight(done) || done.left.status === 304) return started(connection, spec, id)
  const error = driverError(connection, `start ${containerName(spec.ref)}`, done.left)
  if (error.tag !== 'Unreachable') await discard(connection, id)
  return LEFTOVER.test(done.left.words) || AMBIGUOUS.test(done.left.words) ? E.right(undefined) : E.left(error)
}

/** The container that has the name already, if it is this very attempt's. Right undefined: it has just gone. */
const adopt = async (connection: Connection, spec: ContainerSpec): DriverResult<Container | undefined> => {
  const name = containerName(spec.ref)
  const found = await inspect(connection, name)
  if (E.isLeft(found)) return E.left(driverError(connection, `inspect ${name}`, found.left))
  if (found.right === undefined) return E.right(undefined)
  const labels = found.right.Config.Labels
  const owner = ownerOf(labels)
  const container = fromInspect(found.right)
  if (container === undefined || owner === undefined || !sameOwner(owner, spec.owner)) {
    const next = `remove or rename that container, or give the job another name`
    return E.left(refused(`the name ${name} is taken by ${describeOwner(labels)}`, { where: connection.where, next }))
  }
  if (container.ref.placement !== spec.ref.placement) return E.left(leftover(container.ref, connection.where))
  return container.state === 'created' ? start(connection, spec, container.id) : E.right(container)
}

/** Two calls where all goes well, and a job has no networks of its own: create and start. */
export const runContainer = async (connection: Connection, spec: ContainerSpec): DriverResult<Container> => {
  const name = containerName(spec.ref)
  if (spec.image === undefined) {
    return E.left(refused(`${name} has no image, and Docker runs nothing without`, { next: 'set `image` in the task' }))
  }
  for (let tries = 1; ; tries += 1) {
    const networks = await ensureNetworks(connection, spec)
    if (E.isLeft(networks)) return networks
    const created = await create(connection, spec, spec.image)
    if (E.isLeft(created) && created.left.status !== 409) {
      return E.left(driverError(connection, `create ${name}`, created.left))
    }
    const ran = E.isRight(created) ? await start(connection, spec, created.right) : await adopt(connection, spec)
    if (E.isLeft(ran)) return ran
    if (ran.right !== undefined) return E.right(ran.right)
    // The name is reserved before the container can be inspected, and freed after it cannot be any more.
    if (tries === CREATE_TRIES) return E.left(inTheWay(connection, name))
    await sleep(50 * tries)
  }
}

const inTheWay = ({ where }: Connection, name: string) =>
  refused(`${name} could not be made in ${CREATE_TRIES} tries: something of its name comes and goes`, {
    where,
    next: 'see the log of the engine, and whether somebody else removes its containers',
  })
