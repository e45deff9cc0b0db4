import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import * as E from 'fp-ts/Either'
import { OrkFailure, orkError } from '#libs/kernel'
import { checkBinary, type NatsServerBinary } from './binary'
import { fetchNatsServer } from './fetch'
import { findRoot, toolsFolder } from './installation'
import { MINIMUM_VERSION } from './version'

interface FindNatsServerOptions {
  /** The checkout; by default the folder that holds ork's package.json. */
  readonly root?: string
  readonly env?: NodeJS.ProcessEnv
  /** Takes one line of progress at a time. */
  readonly report?: (line: string) => void
  /** False: do not download; what is missing is an error. */
  readonly fetch?: boolean
}

const NAME = 'nats-server'

const isExecutableFile = async (path: string): Promise<boolean> => {
  try {
    await access(path, constants.X_OK)
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** What the user named must be right: passing it over in silence would run another server than the one asked for. */
const checkConfigured = async (path: string): Promise<NatsServerBinary> => {
  const next = 'point ORK_NATS_SERVER at a newer nats-server, or unset it and ork looks for one itself'
  if (!(await isExecutableFile(path))) {
    const what = 'ORK_NATS_SERVER names no executable file'
    throw new OrkFailure(orkError('NatsServerMissing', what, { where: path, next }))
  }
  const checked = await checkBinary(path)
  if (E.isRight(checked)) return { path, version: checked.right.text, from: 'ORK_NATS_SERVER' }
  const what = `ORK_NATS_SERVER cannot be used: ${checked.left}`
  throw new OrkFailure(orkError('NatsServerUnusable', what, { where: path, next }))
}

/**
 * Finds a nats-server of 2.12 or newer: `ORK_NATS_SERVER`, then each folder of `PATH`, then `.tools`; else fetches one
 * into `.tools`. One that is too old is passed over with a line that says so.
 * Throws OrkFailure where ORK_NATS_SERVER is set and unusable, or nothing was found and nothing could be fetched.
 */
export const findNatsServer = async (options: FindNatsServerOptions = {}): Promise<NatsServerBinary> => {
  const env = options.env ?? process.env
  const report = options.report ?? (() => undefined)
  const configured = env.ORK_NATS_SERVER
  if (configured !== undefined && configured !== '') return checkConfigured(configured)

  const tools = toolsFolder(options.root ?? findRoot(), env)
  const onPath = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = [
    ...onPath.map((folder) => ({ path: join(folder, NAME), from: 'PATH' as const })),
    { path: join(tools, NAME), from: '.tools' as const },
  ]
  for (const { path, from } of candidates) {
    if (!(await isExecutableFile(path))) continue
    const checked = await checkBinary(path)
    if (E.isRight(checked)) return { path, version: checked.right.text, from }
    report(`nats-server at ${path} is passed over: ${checked.left}`)
  }
  if (options.fetch === false) {
    const what = `found no nats-server ${MINIMUM_VERSION.text} or newer in ORK_NATS_SERVER, PATH and ${tools}`
    throw new OrkFailure(orkError('NatsServerMissing', what, { next: 'set ORK_NATS_SERVER to the path of one' }))
  }
  return fetchNatsServer({ tools, report })
}
