import * as http from 'node:http'
import * as https from 'node:https'
import { inspect } from 'node:util'
import type Docker from 'dockerode'
import * as E from 'fp-ts/Either'
import { causeText } from '#libs/kernel'

/** How long an engine may take; in milliseconds. */
export interface DockerTimeouts {
  /** Any call that has none of its own. */
  readonly callMs: number
  /** Starting a container, once its turn has come. */
  readonly startMs: number
  /** Between two progress messages of a pull. */
  readonly pullIdleMs: number
  /** Between two questions to the engine whether it is still there, and for each answer, while `watch` listens. */
  readonly pingMs: number
}

const TIMEOUTS: DockerTimeouts = { callMs: 15_000, startMs: 60_000, pullIdleMs: 60_000, pingMs: 5_000 }

/** Where the engine is; without `socketPath` and `host`: what DOCKER_HOST says, else the usual sockets. */
export interface DockerOptions {
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly protocol?: 'http' | 'https'
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  readonly timeouts?: Partial<DockerTimeouts>
}

/** Why a call came to nothing. Without a status the engine did not answer; `silent` where a time-out said so. */
export interface ApiFailure {
  readonly status?: number
  readonly words: string
  readonly silent: boolean
}

export interface Connection {
  /** Loaded when first asked for: it takes a third of a second, and other drivers do without. */
  readonly docker: Docker
  /** Ids of containers whose exit was told while listings may still say that they run. */
  readonly died: Set<string>
  readonly where: string
  readonly timeouts: DockerTimeouts
  /** Calls the engine; given up after `ms`. The signal is to be passed on to dockerode. */
  request<T>(ms: number, call: (abortSignal: AbortSignal) => Promise<T>): Promise<E.Either<ApiFailure, T>>
  /** Whether the engine answers. */
  ping(): Promise<E.Either<ApiFailure, unknown>>
}

class Silence extends Error {}

const failureOf = (thrown: unknown): ApiFailure => {
  if (thrown instanceof Silence) return { words: thrown.message, silent: true }
  const { statusCode, json } = thrown as { statusCode?: number; json?: { message?: string } | null }
  const text = json?.message ?? causeText(thrown)
  const words = text.replace(/^\(HTTP code \d+\) .*? - /, '').trim()
  return statusCode === undefined ? { words, silent: false } : { status: statusCode, words, silent: false }
}

// docker-modem does not call back when an answer is cut off in the middle, so the race is what bounds every call.
const request: Connection['request'] = async (ms, call) => {
  const abort = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Silence(`no answer within ${ms} ms`))
      abort.abort()
    }, ms)
  })
  try {
    return E.right(await Promise.race([call(abort.signal), late]))
  } catch (thrown) {
    return E.left(failureOf(thrown))
  } finally {
    clearTimeout(timer)
  }
}

const clientFor = ({ timeouts: _, ...place }: DockerOptions): Docker => {
  const Client: new (options: Docker.DockerOptions) => Docker = require('dockerode')
  // An explicit socket must win over a host that dockerode takes from DOCKER_HOST.
  const options = place.socketPath === undefined ? place : { ...place, host: undefined }
  const docker = new Client(options as Docker.DockerOptions)
  const modem = docker.modem as unknown as { protocol: string; agent?: http.Agent }
  const keep = { keepAlive: true, maxFreeSockets: 16 }
  if (modem.protocol === 'http') modem.agent = terse(new http.Agent(keep))
  if (modem.protocol === 'https') modem.agent = terse(new https.Agent(keep))
  return docker
}

const placeOf = (options: DockerOptions): string => {
  if (options.socketPath !== undefined) return options.socketPath
  if (options.host !== undefined) return `${options.host}${options.port === undefined ? '' : `:${options.port}`}`
  return process.env.DOCKER_HOST ?? '/var/run/docker.sock'
}

// Its types know of no options here, the code does.
type Pinger = { ping(options: { abortSignal: AbortSignal }): Promise<unknown> }

/**
 * docker-modem renders all options of each request for a debug line, shown or not, and an agent leads to every socket
 * and request under way: with 30 of those a call cost 50 ms of our own CPU. So the agent renders as its name.
 */
const terse = <A extends http.Agent>(agent: A): A =>
  Object.defineProperty(agent, inspect.custom, { value: () => agent.constructor.name })

/** Opens nothing yet: the first call does. Connections are kept alive and do not keep the process alive. */
export const connect = (options: DockerOptions): Connection => {
  const timeouts = { ...TIMEOUTS, ...options.timeouts }
  let client: Docker | undefined
  const docker = (): Docker => {
    client ??= clientFor(options)
    return client
  }
  return {
    get docker() {
      return docker()
    },
    died: new Set(),
    where: `docker at ${placeOf(options)}`,
    timeouts,
    request,
    ping: () => request(timeouts.pingMs, (abortSignal) => (docker() as unknown as Pinger).ping({ abortSignal })),
  }
}
