import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { OrkFailure } from '#libs/kernel'
import { findRoot } from '#libs/nats-server'
import { userDataDir, writeEndpoint } from '../client/endpoint'
import type { Output } from '../output'
import { startDevCluster } from './dev'
import { checkDriver, type DriverChoice, dockerAddress, makeDrivers } from './drivers'
import { type Example, stopExample, submitExample } from './example'
import type { WorkerProvisions } from './provisions'
import { aborted } from './service'

export interface RunDevOptions {
  readonly workers: number
  readonly data: string | undefined
  readonly port: number | undefined
  readonly natsServers: 1 | 3 | undefined
  readonly relaxed: boolean
  readonly prefix: string
  readonly driver: string
  readonly example: boolean
  readonly provisions: WorkerProvisions
  readonly signal: AbortSignal
  readonly out: Output
}

/** Runs a cluster on this machine until the signal, with an example job if asked for. */
export const runDev = async (options: RunDevOptions): Promise<void> => {
  const { out, signal } = options
  const say = (line: string): void => void out.write(`${line}\n`)
  const dataDir = options.data === undefined ? defaultDataDir() : resolve(options.data)
  const choices = await chooseDrivers(options.driver, dataDir, say)
  const starting = startDevCluster({
    dataDir,
    prefix: options.prefix,
    workers: options.workers,
    drivers: () => makeDrivers(choices, dataDir, dockerAddress()),
    provisions: options.provisions,
    report: say,
    relaxed: options.relaxed,
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.natsServers === undefined ? {} : { count: options.natsServers }),
  })
  const cluster = await Promise.race([starting, aborted(signal)])
  if (cluster === undefined) {
    say('stopping')
    return endWithin(
      LAST_MS,
      starting.then((late) => late.stop()),
    )
  }
  const forget = writeEndpoint({ url: cluster.servers.url, pid: process.pid, dataDir })
  const endsByItself = cluster.ended.then((why) => {
    throw new OrkFailure(why)
  })
  const untilEnd = async (): Promise<void> => {
    const example = options.example ? await submitExample({ ...cluster, choices, out, signal }) : null
    if (!signal.aborted) say(whatNext(example, choices))
    await aborted(signal)
    if (example !== null) await stopExample(cluster.connection, example.job, out)
  }
  try {
    await Promise.race([untilEnd(), endsByItself])
  } finally {
    forget()
    say('stopping')
    await endWithin(cluster.servers.areUp() ? GRACE_MS : LAST_MS, cluster.stop())
  }
}

/** How long an orderly end may take; whatever cannot end is left to the next start, which finds it out. */
const GRACE_MS = 30_000
/** How long it may take without a log to tell of it, and how long what is still open may then keep the process. */
const LAST_MS = 1_000

const endWithin = async (ms: number, end: Promise<void>): Promise<void> => {
  await Promise.race([end, pause(ms, undefined, { ref: false })])
  setTimeout(() => process.exit(), LAST_MS).unref()
}

/** `.ork` of the checkout this code is in, else a folder of the user's. */
const defaultDataDir = (): string => {
  const root = findRoot()
  return existsSync(join(root, '.git')) ? join(root, '.ork') : join(userDataDir(), 'dev')
}

/** Recommends what works here: an image that could not be had for the example cannot be had for a web server either. */
const whatNext = (example: Example | null, choices: readonly DriverChoice[]): string => {
  const job = example?.job ?? 'JOB'
  const inContainers = example?.inContainers ?? choices.includes('docker')
  const file = inContainers ? 'web.yaml' : 'hello-process.yaml'
  const lines = [
    ['ork status', 'is the cluster well'],
    ['ork tasks', 'every instance and where it runs'],
    [`ork logs ${job}.greeter.0 --follow`, 'what one of them prints'],
    ['ork events --follow', 'what happens, as it happens'],
    ['ork replay --to 1m', 'the cluster as it was a minute ago'],
    [`ork submit examples/${file}`, 'a job of your own: copy one and change it'],
  ].filter(([command]) => example !== null || !command?.includes('greeter'))
  const rows = lines.map(([command = '', what]) => `  ${command.padEnd(40)}${what}`)
  return [
    '',
    'Try in another terminal (./cli/bin/ork.cjs where `ork` is not installed):',
    ...rows,
    '',
    'Ctrl-C ends the cluster; containers of jobs not stopped go on, and the next `ork dev` on the same folder adopts them.',
  ].join('\n')
}

const chooseDrivers = async (wish: string, dir: string, say: (line: string) => void): Promise<DriverChoice[]> => {
  if (wish === 'process') return ['process']
  const [docker] = makeDrivers(['docker'], dir, dockerAddress())
  const { version, why } = docker === undefined ? { version: null, why: '' } : await checkDriver(docker)
  if (version !== null) {
    say(`Docker Engine ${version} runs the containers`)
    return ['docker', 'process']
  }
  if (wish === 'docker') {
    say(`${why}; jobs for it wait until it can`)
    return ['docker', 'process']
  }
  say(`${why}; jobs run as plain processes, with \`driver: process\``)
  return ['process']
}
