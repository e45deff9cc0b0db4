import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { causeText, OrkFailure, orkError } from '#libs/kernel'
import { endWithParent } from './guard'
import { type ProbeTarget, probeJetStream, probeServer } from './probe'

export interface NatsServerExit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** What ork keeps in the folder of a server. */
export interface Files {
  readonly config: string
  readonly log: string
  readonly pid: string
  readonly ports: string
  readonly lock: string
}

export const filesOf = (dir: string): Files => ({
  config: join(dir, 'server.conf'),
  log: join(dir, 'server.log'),
  pid: join(dir, 'server.pid'),
  ports: join(dir, 'ports.json'),
  lock: join(dir, 'owner.lock'),
})

const PROBE_MS = 15

const logSince = (file: string, from: number): string => {
  // A rotated log is shorter than it was: then all of it is new.
  const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0)
  return text.subarray(from <= text.length ? from : 0).toString('utf8')
}

const endText = ({ code, signal }: NatsServerExit): string =>
  code === null && signal === null ? 'the program cannot be run' : `it ended with ${code ?? signal}`

const startFailure = (files: Files, log: string, why: string): OrkFailure => {
  const telling = log.split('\n').filter((line) => /\[(FTL|ERR)\]|^nats-server: |panic/.test(line))
  const said = telling.slice(-3).map((line) => line.replace(/^\[\d+\] \S+ \S+ /, ''))
  const what = ['nats-server did not start', why, ...said].join(': ')
  const next = `read ${files.log}, or run it by hand: nats-server -c ${files.config}`
  return new OrkFailure(orkError('NatsServerNotStarted', what, { next }))
}

const exitOf = (child: ChildProcess): Promise<NatsServerExit> =>
  new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
    child.once('error', () => resolve({ code: null, signal: null }))
  })

const spawnServer = (binary: string, files: Files): ChildProcess => {
  const log = openSync(files.log, 'a')
  try {
    // A session of its own: Ctrl-C at the terminal is for ork, which then ends the server when all else has ended.
    return spawn(binary, ['-c', files.config], { stdio: ['ignore', log, log], detached: true })
  } finally {
    closeSync(log)
  }
}

export interface Launched {
  readonly child: ChildProcess
  readonly pid: number
  readonly exited: Promise<NatsServerExit>
  readonly version: string
}

export interface Launch {
  readonly binary: string
  readonly files: Files
  /** The name that the server on the port must have: it could be another one that was quicker. */
  readonly name: string
  readonly target: ProbeTarget
  /** Wait for JetStream to answer, not only for the server. */
  readonly awaitJetStream: boolean
  readonly readyMs: number
  /** End it when this process dies, from its first moment on. */
  readonly endWithParent: boolean
}

const probe = async ({ target, name, awaitJetStream }: Launch): Promise<string> => {
  const info = await probeServer(target)
  if (info.serverName !== name) throw new Error(`port ${target.port} belongs to another server, "${info.serverName}"`)
  if (!info.jetstream) throw new Error('JetStream is not up')
  if (awaitJetStream) await probeJetStream(target)
  return info.version
}

/** Starts the process and waits until it accepts clients; throws with the end of its log where it does not. */
export const launchServer = async (launch: Launch): Promise<Launched> => {
  const { binary, files, readyMs } = launch
  const before = existsSync(files.log) ? statSync(files.log).size : 0
  const child = spawnServer(binary, files)
  const letGo = launch.endWithParent && child.pid !== undefined ? endWithParent(child.pid) : () => undefined
  const exited = exitOf(child).finally(letGo)
  let ended: NatsServerExit | undefined
  exited.then((exit) => {
    ended = exit
  })
  const deadline = performance.now() + readyMs
  let why = ''
  while (ended === undefined && performance.now() < deadline) {
    try {
      const version = await probe(launch)
      if (child.pid !== undefined) return { child, pid: child.pid, exited, version }
    } catch (error) {
      why = causeText(error)
    }
    await sleep(PROBE_MS)
  }
  const end = ended === undefined ? `not ready within ${readyMs / 1000} s (${why})` : endText(ended)
  child.kill('SIGKILL')
  await exited
  throw startFailure(files, logSince(files.log, before), end)
}
