import { join } from 'node:path'
import * as E from 'fp-ts/Either'
import { dockerDriver } from '#libs/drivers'
import { OrkFailure, renderError } from '#libs/kernel'
import type { Connection } from '#libs/log'
import { findRoot } from '#libs/nats-server'
import { Interrupted } from '../failure'
import type { Output } from '../output'
import { readJob } from '../show/jobFile'
import { stopJob } from '../show/stop'
import { submitJob } from '../show/submit'
import { type DriverChoice, dockerAddress } from './drivers'

/** Who asks, in the log, for what the example needs. */
const ACTOR = 'ork dev --example'

/** The image of examples/hello.yaml. */
const EXAMPLE_IMAGE = 'busybox:1'

export interface ExampleOptions {
  readonly connection: Connection
  readonly choices: readonly DriverChoice[]
  readonly out: Output
  readonly signal: AbortSignal
}

/** An example that was submitted. */
export interface Example {
  readonly job: string
  readonly inContainers: boolean
}

/** Submits the example that this machine can run, and shows how it comes up. */
export const submitExample = async ({ connection, choices, out, signal }: ExampleOptions): Promise<Example> => {
  const inContainers = choices.includes('docker') && (await imageIsThere(out))
  const file = inContainers ? 'hello.yaml' : 'hello-process.yaml'
  const spec = await readJob([join(findRoot(), 'examples', file)])
  await out.write(`\nsubmitting examples/${file}\n`)
  try {
    await submitJob(connection, spec, { json: false, detach: false, wait: false, actor: ACTOR, out, signal })
  } catch (failure) {
    // The cluster is there to be looked at all the more when its example does not come up.
    if (failure instanceof OrkFailure) await out.write(`${renderError(failure.error)}\n`)
    else if (!(failure instanceof Interrupted)) throw failure
  }
  return { job: spec.name, inContainers }
}

/** Stops the example and shows how it ends; a second Ctrl-C does not wait for that. */
export const stopExample = async (connection: Connection, job: string, out: Output): Promise<void> => {
  await out.write(`\nstopping ${job}\n`)
  const signal = new AbortController().signal
  await stopJob(connection, job, {
    json: false,
    detach: false,
    purge: false,
    reason: 'ork dev ends',
    actor: ACTOR,
    out,
    signal,
  })
}

/** Whether Docker has the example's image, or can get it. */
const imageIsThere = async (out: Output): Promise<boolean> => {
  const docker = dockerDriver(dockerAddress())
  const known = await docker.hasImage(EXAMPLE_IMAGE)
  if (E.isRight(known) && known.right) return true
  await out.write(`pulling ${EXAMPLE_IMAGE}\n`)
  const pulled = await docker.pull(EXAMPLE_IMAGE, () => {})
  if (E.isRight(pulled)) return true
  await out.write(`${pulled.left.what}\nso the example runs as plain processes\n`)
  return false
}
