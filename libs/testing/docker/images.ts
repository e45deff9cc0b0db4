import { createHash } from 'node:crypto'
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
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
  /** What it says of how its health is checked; times in milliseconds, after a minute's start period. */
  readonly healthcheck?: { readonly test: readonly string[]; readonly intervalMs: number; readonly retries: number }
}

const configOf = (image: TestImage): Record<string, unknown> => ({
  Cmd: image.command ?? ['sleep', '86400'],
  Env: ['PATH=/bin', ...Object.entries(image.env ?? {}).map(([name, value]) => `${name}=${value}`)],
  ...(image.entrypoint ? { Entrypoint: image.entrypoint } : {}),
  ...(image.stopSignal === undefined ? {} : { StopSignal: image.stopSignal }),
  ...(image.user === undefined ? {} : { User: image.user }),
  ...(image.healthcheck === undefined ? {} : { Healthcheck: healthcheckOf(image.healthcheck) }),
})

const healthcheckOf = ({ test, intervalMs, retries }: NonNullable<TestImage['healthcheck']>) => ({
  Test: ['CMD', ...test],
  Interval: intervalMs * 1e6,
  Timeout: 5e9,
  Retries: retries,
  StartPeriod: 60e9,
})

const sha256 = (content: string | Buffer): string => createHash('sha256').update(content).digest('hex')

const recipeOf = async (docker: Docker, reference: string): Promise<string | undefined> => {
  try {
    return (await docker.getImage(reference).inspect()).Config.Labels?.[RECIPE_LABEL]
  } catch (error) {
    if ((error as { statusCode?: number }).statusCode === 404) return undefined
    throw error
  }
}

/** Writes what `docker save` would: one layer, its configuration and a manifest. (An import takes no STOPSIGNAL.) */
const writeArchive = async (dir: string, rootfs: string, reference: string, config: unknown): Promise<void> => {
  const asRoot = pack(rootfs, { map: (header) => Object.assign(header, { uid: 0, gid: 0 }) })
  await pipeline(asRoot, createWriteStream(join(dir, 'layer.tar')))
  const image = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    created: '2000-01-01T00:00:00Z',
    config,
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(readFileSync(join(dir, 'layer.tar')))}`] },
    history: [{ created: '2000-01-01T00:00:00Z', created_by: 'ork-test' }],
  }
  writeFileSync(join(dir, 'config.json'), JSON.stringify(image))
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]
  writeFileSync(join(dir, 'manifest.json'), JSON.stringify(manifest))
}

const load = async (docker: Docker, dir: string): Promise<void> => {
  const archive = new PassThrough()
  pack(dir).pipe(archive)
  const progress = await docker.loadImage(archive)
  await new Promise<void>((resolve, reject) => {
    // The engine answers 200 and puts a failure into the progress messages.
    docker.modem.followProgress(progress, (error: Error | null) => (error ? reject(error) : resolve()))
  })
}

/**
 * Makes the image in this engine if it is not there, without any registry. Resolves to its reference; rejects with what
 * to run by hand if busybox cannot be had, or with the engine's own words.
 */
export const ensureTestImage = async (docker: Docker, image: TestImage = {}): Promise<string> => {
  const reference = image.reference ?? TEST_IMAGE
  const config = configOf(image)
  const recipe = sha256(JSON.stringify(config)).slice(0, 16)
  if ((await recipeOf(docker, reference)) === recipe) return reference
  const rootfs = await busyboxRootfs()
  if (isLeft(rootfs)) throw new Error(rootfs.left)
  const dir = mkdtempSync(join(tmpdir(), 'ork-image-'))
  try {
    await writeArchive(dir, rootfs.right, reference, { ...config, Labels: { [RECIPE_LABEL]: recipe } })
    await load(docker, dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
  return reference
}
