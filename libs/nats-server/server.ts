import { createHash } from 'node:crypto'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import * as E from 'fp-ts/Either'
import { OrkFailure, orkError } from '#libs/kernel'
import { type FileLock, tryLock } from './file-lock'
import { findNatsServer } from './find'
import { type Files, filesOf, type Launched, launchServer, type NatsServerExit } from './launch'
import { stopOrphan } from './orphan'
import { choosePorts, type Ports } from './ports'
import { type NatsUser, renderConfig } from './server-config'

export interface NatsServerOptions {
  /** Holds the store, the configuration, the log and the pid. Made where it is missing. */
  readonly dir: string
  /** Path of the program; by default what `findNatsServer` finds or fetches. */
  readonly binary?: string
  /** By default the one this folder had last time, else one the system chooses. */
  readonly port?: number
  /** The address to listen on; 127.0.0.1 by default. */
  readonly host?: string
  /** By default made from the folder's path. */
  readonly name?: string
  /** Every acknowledged event is on the disk; true by default. */
  readonly syncAlways?: boolean
  /** Makes it a member of a cluster; `routes` are the members' addresses for each other. */
  readonly cluster?: { readonly name: string; readonly port: number; readonly routes: readonly string[] }
  /** Who may connect and do what; absent: anyone anything. The first one must be allowed to ask `$JS.API.INFO`. */
  readonly users?: readonly NatsUser[]
  /** End the server when this process dies, also by kill -9; true by default. */
  readonly endWithParent?: boolean
  /** How long the recovery of the store may take; 60 s by default. */
  readonly readyMs?: number
  /** How long `stop` waits before it kills; 10 s by default. */
  readonly graceMs?: number
  readonly report?: (line: string) => void
}

export interface NatsServer {
  /** `nats://127.0.0.1:4222` */
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly name: string
  /** Of the server, as it says itself. */
  readonly version: string
  readonly dir: string
  /** What it was configured by, to run it by hand. */
  readonly configFile: string
  readonly logFile: string
  /** Settles when the process ends, for whatever reason. */
  readonly exited: Promise<NatsServerExit>
  /** SIGTERM, and SIGKILL after the grace period. */
  stop(): Promise<NatsServerExit>
  kill(signal: NodeJS.Signals): void
}

const PORT_ATTEMPTS = 3

/** Two live processes on one store would destroy it, so the folder has one owner at a time. */
const takeFolder = async (dir: string, lock: string): Promise<FileLock> => {
  const taken = await tryLock(lock)
  if (E.isRight(taken)) return taken.right
  const what = `process ${taken.left.pid} is using this data folder`
  const next = `stop it (kill ${taken.left.pid}) or name another folder`
  throw new OrkFailure(orkError('DataFolderInUse', what, { where: dir, next }))
}

const isPortTaken = (error: unknown): boolean =>
  error instanceof OrkFailure && /address already in use|belongs to another server/.test(error.message)

/** The settings with nothing left open. */
interface Plan {
  readonly options: NatsServerOptions
  readonly dir: string
  readonly files: Files
  readonly binary: string
  readonly name: string
  readonly host: string
  /** Where clients on this machine reach it. */
  readonly reachable: string
  readonly graceMs: number
}

const makePlan = async (options: NatsServerOptions): Promise<Plan> => {
  mkdirSync(options.dir, { recursive: true })
  // Under its one true path, by which a server that was left behind is known again.
  const dir = realpathSync(options.dir)
  const { report, host = '127.0.0.1', graceMs = 10_000 } = options
  return {
    options,
    dir,
    files: filesOf(dir),
    binary: options.binary ?? (await findNatsServer(report === undefined ? {} : { report })).path,
    name: options.name ?? `ork-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`,
    host,
    reachable: host === '0.0.0.0' ? '127.0.0.1' : host,
    graceMs,
  }
}

const writeConfig = ({ options, dir, files, name, host }: Plan, ports: Ports): void => {
  const { cluster, users } = options
  const config = renderConfig({
    name,
    listen: `${host}:${ports.client}`,
    store: dir,
    syncAlways: options.syncAlways ?? true,
    logFile: files.log,
    pidFile: files.pid,
    ...(cluster === undefined ? {} : { cluster: { ...cluster, listen: `${host}:${ports.cluster}` } }),
    ...(users === undefined ? {} : { users }),
  })
  writeFileSync(files.config, config, { mode: 0o600 })
}

const launchOnSomePort = async (plan: Plan): Promise<{ port: number; launched: Launched }> => {
  const { options, files, name, binary, host } = plan
  const wanted: Partial<Ports> = {
    ...(options.port === undefined ? {} : { client: options.port }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster.port }),
  }
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(files.ports, host, wanted)
    writeConfig(plan, ports)
    const port = ports.client
    const login = options.users?.[0]
    const target = { host: plan.reachable, port, ...(login && { user: login.user, password: login.password }) }
    // A member of a cluster alone has no leader to answer for JetStream: startNatsCluster waits for that.
    const awaitJetStream = options.cluster === undefined
    const readyMs = options.readyMs ?? 60_000
    const guarded = options.endWithParent ?? true
    const launch = { binary, files, name, target, awaitJetStream, readyMs, endWithParent: guarded }
    try {
      return { port, launched: await launchServer(launch) }
    } catch (error) {
      // Between choosing a free port and the server's taking it another process may have been quicker.
      if (options.port !== undefined || attempt === PORT_ATTEMPTS || !isPortTaken(error)) throw error
    }
  }
}

const handle = (plan: Plan, port: number, launched: Launched, exited: Promise<NatsServerExit>): NatsServer => {
  const { child, pid, version } = launched
  return {
    url: `nats://${plan.reachable}:${port}`,
    port,
    pid,
    name: plan.name,
    version,
    dir: plan.dir,
    configFile: plan.files.config,
    logFile: plan.files.log,
    exited,
    stop: () => {
      child.kill('SIGTERM')
      const timer = setTimeout(() => child.kill('SIGKILL'), plan.graceMs)
      return exited.finally(() => clearTimeout(timer))
    },
    kill: (signal) => void child.kill(signal),
  }
}

/**
 * Runs a nats-server with JetStream on disk as a child of this process, and resolves when it accepts clients and
 * JetStream is up. A server that a killed process has left behind on the same folder is stopped first.
 * Throws OrkFailure where the folder is in use by a live process, or the server does not start.
 */
export const startNatsServer = async (options: NatsServerOptions): Promise<NatsServer> => {
  const plan = await makePlan(options)
  const { dir, files } = plan
  const lock = await takeFolder(dir, files.lock)
  try {
    const orphan = await stopOrphan(files.pid, files.config, plan.graceMs)
    if (orphan !== undefined) options.report?.(`stopped nats-server ${orphan}, left behind on ${dir}`)
    const { port, launched } = await launchOnSomePort(plan)
    return handle(plan, port, launched, launched.exited.finally(lock.release))
  } catch (error) {
    lock.release()
    throw error
  }
}
