import { type Duplex, Writable } from 'node:stream'
import type { ContainerInspectInfo } from 'dockerode'
import * as E from 'fp-ts/Either'
import type { Probe, ProbePort } from '#libs/spec'
import type { Served } from '../owners'
import type { AttemptRef, DriverResult, Probed } from '../port'
import { commandEnded, commandTooLate, LastWords, notRunning } from '../probe/command'
import { type Endpoint, probeEndpoint } from '../probe/endpoint'
import type { ApiFailure, Connection } from './connection'
import { inspectOwn } from './containers'
import { driverError } from './failures'

/**
 * The container itself, not the port that is published for it: where the engine has a proxy before that, the proxy takes
 * connections whether anything listens behind it or not. A container in the machine's own network has no address.
 */
const endpointOf = ({ NetworkSettings }: ContainerInspectInfo, { port }: ProbePort): Endpoint => {
  const addresses = Object.values(NetworkSettings.Networks ?? {}).map(({ IPAddress }) => IPAddress)
  return { host: addresses.find((address) => address !== '') ?? '127.0.0.1', port }
}

/** Carries out probes of the containers of one engine. */
export const dockerProbe = (connection: Connection, served: Served) => {
  /** Ids of containers in which a command goes on that took too long: the engine cannot end it, so no other is added. */
  const hanging = new Set<string>()

  const run = async (
    id: string,
    command: readonly string[],
    timeoutMs: number,
  ): Promise<E.Either<ApiFailure, Probed>> => {
    if (hanging.has(id)) return E.right(commandTooLate(command, timeoutMs))
    const { docker, request, timeouts } = connection
    const made = await request(timeouts.callMs, (abortSignal) =>
      docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, abortSignal }),
    )
    if (E.isLeft(made)) return made
    const exec = made.right
    const started = await request(timeouts.callMs, () => exec.start({}))
    if (E.isLeft(started)) return started
    const words = new LastWords()
    const ended = lastWords(started.right, connection, words)
    if (!(await within(timeoutMs, ended))) {
      hanging.add(id)
      void ended.then(() => hanging.delete(id))
      return E.right(commandTooLate(command, timeoutMs))
    }
    const found = await request(timeouts.callMs, (abortSignal) => exec.inspect({ abortSignal }))
    return E.isLeft(found) ? found : E.right(commandEnded(command, found.right.ExitCode ?? 0, words))
  }

  return async (ref: AttemptRef, probe: Probe, timeoutMs: number): DriverResult<Probed> => {
    const found = await inspectOwn(connection, served, ref)
    if (E.isLeft(found)) return found
    const info = found.right
    if (info === undefined || !info.State.Running) return E.right(notRunning)
    if (probe.tag !== 'Command') return E.right(await probeEndpoint(probe, endpointOf(info, probe.port), timeoutMs))
    const ran = await run(info.Id, probe.command, timeoutMs)
    return E.isLeft(ran) ? E.left(driverError(connection, `run a probe in ${info.Name.slice(1)}`, ran.left)) : ran
  }
}

/** Resolves when the command has ended, or the engine has broken off. */
const lastWords = (stream: Duplex, { docker }: Connection, words: LastWords): Promise<void> =>
  new Promise((resolve) => {
    const sink = new Writable({
      write: (chunk: Buffer, _, done) => {
        words.add(chunk)
        done()
      },
    })
    docker.modem.demuxStream(stream, sink, sink)
    for (const end of ['end', 'close', 'error']) stream.once(end, () => resolve())
  })

/** Whether it was done in time. */
const within = async (ms: number, done: Promise<void>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([done.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
