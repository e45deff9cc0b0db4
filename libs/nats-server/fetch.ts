import { chmod, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as E from 'fp-ts/Either'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { checkBinary, type NatsServerBinary } from './binary'
import { fetchDebianPackage } from './debian'
import { type FileLock, tryLock } from './file-lock'
import { fetchRelease, releaseUrl } from './release'
import { MINIMUM_VERSION, type Version } from './version'

interface FetchOptions {
  /** Where the binary shall be kept. */
  readonly tools: string
  readonly report: (line: string) => void
}

interface Way {
  readonly name: string
  readonly fetch: (work: string, report: (line: string) => void) => Promise<string>
}

const WAYS: readonly Way[] = [
  { name: 'official release', fetch: fetchRelease },
  { name: 'distribution package', fetch: fetchDebianPackage },
]

/** What a person can do where nothing could be fetched. */
const byHand = (tools: string): string => {
  const url = releaseUrl()
  const install =
    process.platform === 'darwin'
      ? 'brew install nats-server'
      : `unpack a release from https://github.com/nats-io/nats-server/releases into ${tools}`
  const lines = [
    'any one of these helps:',
    `  ${install}`,
    ...(url === undefined ? [] : [`  mkdir -p ${tools} && curl -fL ${url} | tar -xz --strip-components=1 -C ${tools}`]),
    `  install nats-server ${MINIMUM_VERSION.text} or newer by any means and set ORK_NATS_SERVER to its path`,
    '  run it elsewhere (docker run -p 127.0.0.1:4222:4222 nats:2.15 -js) and set ORK_NATS_URL=nats://127.0.0.1:4222',
  ]
  return lines.join('\n  ')
}

/** Waits for another process that is fetching the same thing. */
const waitForLock = async (file: string, report: (line: string) => void): Promise<FileLock> => {
  for (let told = false; ; told = true) {
    const attempt = await tryLock(file)
    if (E.isRight(attempt)) return attempt.right
    if (!told) report(`process ${attempt.left.pid} is fetching nats-server already: waiting for it`)
    await sleep(200)
  }
}

/** What a fetch that was interrupted has left; only for the holder of the lock. */
const sweep = async (tools: string): Promise<void> => {
  for (const name of await readdir(tools)) {
    if (name.startsWith('fetch-')) await rm(join(tools, name), { recursive: true, force: true })
  }
}

const install = async (options: FetchOptions, way: Way): Promise<Version> => {
  const work = await mkdtemp(join(options.tools, 'fetch-'))
  try {
    const binary = await way.fetch(work, options.report)
    await chmod(binary, 0o755)
    const checked = await checkBinary(binary)
    if (E.isLeft(checked)) throw new Error(checked.left)
    await rename(binary, join(options.tools, 'nats-server'))
    return checked.right
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

/**
 * Fetches a nats-server into the tools folder: the official release, else the distribution's package. One process at a
 * time does it, and the binary appears whole or not at all. Throws OrkFailure that names each way and why it failed.
 */
export const fetchNatsServer = async (options: FetchOptions): Promise<NatsServerBinary> => {
  const { tools, report } = options
  const path = join(tools, 'nats-server')
  await mkdir(tools, { recursive: true })
  const lock = await waitForLock(join(tools, 'nats-server.lock'), report)
  try {
    const present = await checkBinary(path)
    if (E.isRight(present)) return { path, version: present.right.text, from: '.tools' }
    await sweep(tools)
    const failures: string[] = []
    for (const way of WAYS) {
      try {
        const version = await install(options, way)
        report(`nats-server ${version.text} is now in ${tools}`)
        return { path, version: version.text, from: 'fetched' }
      } catch (error) {
        failures.push(`${way.name}: ${causeText(error)}`)
        report(`nats-server, ${way.name}: ${causeText(error)}`)
      }
    }
    const what = `could not fetch nats-server (${failures.join('; ')})`
    throw new OrkFailure(orkError('NatsServerUnfetchable', what, { next: byHand(tools) }))
  } finally {
    lock.release()
  }
}
