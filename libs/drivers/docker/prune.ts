import * as E from 'fp-ts/Either'
import type { Doubted, DriverResult, Unused } from '../port'
import type { Connection } from './connection'
import { driverError } from './failures'
import { CLUSTER } from './labels'

/** Of these images, and of the cluster's volumes, those that no container of whomever uses but those that are to go. */
export const dockerUnused = async (
  connection: Connection,
  { images: asked, cluster, leaving }: Doubted,
): DriverResult<Unused> => {
  const { docker, request, timeouts } = connection
  const looked = await request(timeouts.startMs, (abortSignal) =>
    Promise.all([
      docker.listContainers({ all: true, abortSignal }),
      docker.listImages({ abortSignal }),
      docker.listVolumes({ filters: { label: [`${CLUSTER}=${cluster}`] }, abortSignal }),
    ]),
  )
  if (E.isLeft(looked)) return E.left(driverError(connection, 'look for what is unused', looked.left))
  const [listed, images, { Volumes: volumes }] = looked.right
  const containers = listed.filter(({ Id }) => !leaving.includes(Id))
  const usedImages = new Set(containers.map(({ ImageID }) => ImageID))
  const mounted = new Set(containers.flatMap(({ Mounts }) => Mounts.map(({ Name }) => Name)))
  return E.right({
    images: images
      .filter(({ Id }) => !usedImages.has(Id))
      .flatMap(({ RepoTags, Size }) => (RepoTags ?? []).map((name) => ({ name, bytes: Size })))
      .filter(({ name }) => asked.some((image) => tagged(image) === name)),
    volumes: (volumes ?? []).map(({ Name }) => Name).filter((name) => !mounted.has(name)),
  })
}

/** As the engine lists it. */
const tagged = (image: string): string =>
  image.slice(image.lastIndexOf('/') + 1).includes(':') ? image : `${image}:latest`

/** Removes what is unused; what has come into use meanwhile the engine keeps. Gives what has gone. */
export const dockerDiscard = async (connection: Connection, unused: Unused): Promise<Unused> => {
  const { docker, request, timeouts } = connection
  const images: Unused['images'][number][] = []
  const volumes: string[] = []
  for (const image of unused.images) {
    const gone = await request(timeouts.startMs, (abortSignal) => docker.getImage(image.name).remove({ abortSignal }))
    if (E.isRight(gone)) images.push(image)
  }
  for (const name of unused.volumes) {
    const gone = await request(timeouts.callMs, (abortSignal) => docker.getVolume(name).remove({ abortSignal }))
    if (E.isRight(gone)) volumes.push(name)
  }
  return { images, volumes }
}
