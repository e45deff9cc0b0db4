import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import * as O from 'fp-ts/Option'
import { type Driver, dockerDriver, processDriver } from '#libs/drivers'
import { OrkFailure, orkError, parseBytes, type Resources } from '#libs/kernel'
import { UsageFailure } from '../failure'

export type DriverChoice = 'docker' | 'process'

/** Makes the drivers that a worker offers. `dir` holds what the process driver keeps. */
export const makeDrivers = (choices: readonly DriverChoice[], dir: string, docker: DockerAddress = {}): Driver[] =>
  choices.map((choice) => (choice === 'docker' ? dockerDriver(docker) : processDriver({ dir: join(dir, 'processes') })))

export interface DockerAddress {
  readonly socketPath?: string
}

/** Where Docker listens, as its own command line would find it: DOCKER_HOST where that is a socket. */
export const dockerAddress = (env: NodeJS.ProcessEnv = process.env): DockerAddress => {
  const host = env.DOCKER_HOST
  if (host === undefined || host === '') return {}
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  throw new OrkFailure(
    orkError('BadDockerHost', `a worker needs the engine of its own machine, and DOCKER_HOST is ${host}`, {
      next: 'unset DOCKER_HOST or set it to unix:///path/to/docker.sock',
    }),
  )
}

/** The engine's version, or null with why it cannot be used. */
export const checkDriver = async (driver: Driver): Promise<{ version: string | null; why: string }> => {
  const checked = await driver.check()
  return E.isRight(checked) ? { version: checked.right, why: '' } : { version: null, why: checked.left.what }
}

/** What the flags keep from jobs. Throws UsageFailure where one is no amount. */
export const parseReserve = (cpu: string, memory: string, disk: string): Resources => {
  const cores = Number(cpu)
  if (!Number.isFinite(cores) || cores < 0) throw badAmount('--reserve-cpu', cpu, 'cores, e.g. 0.5')
  const bytes = (flag: string, text: string): number => {
    const parsed = parseBytes(text)
    if (O.isNone(parsed)) throw badAmount(flag, text, 'a size with its unit, e.g. 512MiB')
    return parsed.value
  }
  return {
    cpuMilli: Math.round(cores * 1000),
    memoryBytes: bytes('--reserve-memory', memory),
    diskBytes: bytes('--reserve-disk', disk),
  }
}

const badAmount = (where: string, found: string, allowed: string): UsageFailure =>
  new UsageFailure(orkError('BadAmount', `"${found}" is not an amount`, { where, next: `write ${allowed}` }))
