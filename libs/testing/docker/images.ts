import { createHash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type Docker from 'dockerode'
import { isLeft } from 'fp-ts/Either'
import { pack } from 'tar-fs'
import { busyboxRootfs } from './busybox'

/** The image most tests want: busybox with `sh`, `sleep`, `httpd`, `nc`; its command sleeps for a day. */
export const TEST_IMAGE = 'ork-test/busybox:1'
const RECIPE_LABEL = 'ork.test.recipe'

export type TestImage = {
  /** name:tag; default `ork-test/busybox:1`. Give one of your own when you change anything else. */
  readonly reference?: string
  /** Default `sleep 86400`. */
  readonly command?: readonly string[]
  readonly entrypoint?: readonly string[]
  readonly stopSignal?: string
  readonly env?: Readonly<Record<string, string>>
  readonly user?: string
}

const changesFor = (image: TestImage): readonly string[] => [
  `CMD ${JSON.stringify(image.command ?? ['sleep', '86400'])}`,
  'ENV PATH=/bin',
  ...(image.entrypoint ? [`ENTRYPOINT ${JSON.stringify(image.entrypoint)}`] : []),
  ...(image.stopSignal === undefined ? [] : [`STOPSIGNAL ${image.stopSignal}`]),
  ...(image.user === undefined ? [] : [`USER ${image.user}`]),
  ...Object.entries(image.env ?? {}).map(([name, value]) => `ENV ${name}=${JSON.stringify(value)}`),
]

const recipeOf = async (docker: Docker, reference: string): Promise<string | undefined> => {
  try {
    return (await docker.getImage(reference).inspect()).Config.Labels?.[RECIPE_LABEL]
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

/**
 * Makes the image in this engine if it is not there, without any registry. Resolves to its reference; rejects with what
 * to run by hand if busybox cannot be had, or with the engine's own words.
 */
export const ensureTestImage = async (docker: Docker, image: TestImage = {}): Promise<string> => {
  const reference = image.reference ?? TEST_IMAGE
  const changes = changesFor(image)
  const recipe = createHash('sha256').update(changes.join('\n')).digest('hex').slice(0, 16)
  if ((await recipeOf(docker, reference)) === recipe) return reference
  const rootfs = await busyboxRootfs()
  if (isLeft(rootfs)) throw new Error(rootfs.left)
  const colon = reference.lastIndexOf(':')
  const archive = new PassThrough()
  pack(rootfs.right, { map: (header) => Object.assign(header, { uid: 0, gid: 0 }) }).pipe(archive)
  const progress = await docker.importImage(archive, {
    repo: reference.slice(0, colon),
    tag: reference.slice(colon + 1),
    changes: [...changes, `LABEL ${RECIPE_LABEL}=${recipe}`],
  })
  await new Promise<void>((resolve, reject) => {
    // The engine answers 200 and puts a failure into the progress messages.
    docker.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve()))
  })
  return reference
}
