import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { emptyCluster, evolve, ignoreChanges } from '#libs/cluster'
import { dockerDriver } from '#libs/drivers'
import type { Entry } from '#libs/events'
import type { Connection } from '#libs/log'
import { findRoot } from '#libs/nats-server'
import { type JobSpec, parseJobFile } from '#libs/spec'
import { call } from '../client/call'
import { UsageFailure } from '../failure'
import type { Output } from '../output'
import { eventLine } from '../render/event'
import { type DriverChoice, dockerAddress } from './drivers'
import { aborted } from './service'

/** Submits the example that this machine can run, shows how it comes up, and returns its job's name. */
export const submitExample = async (
  connection: Connection,
  choices: readonly DriverChoice[],
  out: Output,
  signal: AbortSignal,
): Promise<string> => {
  const say = (line: string): void => void out.write(`${line}\n`)
  const withDocker = choices.includes('docker') && (await imageIsThere(say))
  const file = join(findRoot(), 'examples', withDocker ? 'hello.yaml' : 'hello-process.yaml')
  const spec = await readExample(file)
  const reply = await call(connection, 'submit', { spec, actor: 'ork dev --example' })
  say(
    `\nsubmitted examples/${withDocker ? 'hello.yaml' : 'hello-process.yaml'} as job ${spec.name}, version ${reply.version}`,
  )
  await followUntilRunning(connection, spec.name, reply.seq, out, signal)
  return spec.name
}

/** Stops the example and waits until it is gone. */
export const stopExample = async (connection: Connection, job: string, say: (line: string) => void): Promise<void> => {
  say(`\nstopping job ${job}`)
  const { seq } = await call(connection, 'stop', { job, reason: 'ork dev ends', actor: 'ork dev --example' })
  await new Promise<void>((resolve) => {
    const following = connection.log.follow({
      from: seq,
      queries: [{ job, topic: 'job' }],
      onEntries: (entries) => {
        if (!entries.some(({ event }) => event.type === 'JobStopped')) return
        void following.stop().then(resolve)
      },
    })
  })
}

const readExample = async (file: string): Promise<JobSpec> => {
  const parsed = parseJobFile(await readFile(file, 'utf8'), file)
  if (E.isRight(parsed)) return parsed.right
  const [first, ...rest] = parsed.left
  throw first === undefined ? new Error(`${file} cannot be read`) : new UsageFailure(first, ...rest)
}

/** Whether Docker has the example's image, or can get it. */
const imageIsThere = async (say: (line: string) => void): Promise<boolean> => {
  const image = 'busybox:1'
  const docker = dockerDriver(dockerAddress())
  const known = await docker.hasImage(image)
  if (E.isRight(known) && known.right) return true
  say(`pulling ${image}`)
  const pulled = await docker.pull(image, () => {})
  if (E.isRight(pulled)) return true
  say(`${image} cannot be pulled (${pulled.left.what}): the example runs as plain processes`)
  return false
}

const followUntilRunning = async (
  connection: Connection,
  job: string,
  from: number,
  out: Output,
  signal: AbortSignal,
): Promise<void> => {
  const cluster = emptyCluster()
  const look = { colours: out.colours, now: Date.now() }
  let done: () => void = () => {}
  const running = new Promise<void>((resolve) => {
    done = resolve
  })
  const following = connection.log.follow({
    from,
    queries: [{ job }],
    onEntries: (entries: readonly Entry[]) => {
      for (const entry of entries) {
        evolve(cluster, entry, ignoreChanges)
        void out.write(`${eventLine(entry, look)}\n`)
      }
      const tasks = [...(cluster.jobs.get(job)?.tasks.values() ?? [])]
      if (tasks.length > 0 && tasks.every(({ counts, replicas }) => counts.running + counts.failed >= replicas)) done()
    },
  })
  await Promise.race([running, aborted(signal)])
  await following.stop()
}
