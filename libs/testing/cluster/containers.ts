import { join } from 'node:path'
import Docker from 'dockerode'
import * as E from 'fp-ts/Either'
import { processDriver } from '#libs/drivers'

/** A container as its engine has it, whatever ork believes. */
export interface TestContainer {
  /** `job.task.index` */
  readonly instance: string
  readonly attempt: number
  readonly worker: string
  readonly id: string
  readonly running: boolean
}

const callsOf = (socketPath: string): Docker => new Docker({ socketPath })

/** All containers of a cluster, by label. */
export const dockerContainers = async (socketPath: string, cluster: string): Promise<TestContainer[]> => {
  const filters = { label: [`ork.cluster=${cluster}`] }
  const found = await callsOf(socketPath).listContainers({ all: true, filters })
  return found.map(({ Id, Labels, State }) => ({
    instance: `${Labels['ork.job']}.${Labels['ork.task']}.${Labels['ork.index']}`,
    attempt: Number(Labels['ork.attempt']),
    worker: Labels['ork.worker'] ?? '',
    id: Id,
    running: State === 'running',
  }))
}

export const removeDockerContainers = async (socketPath: string, cluster: string): Promise<void> => {
  const docker = callsOf(socketPath)
  const doomed = await dockerContainers(socketPath, cluster)
  await Promise.all(
    doomed.map(({ id }) =>
      docker
        .getContainer(id)
        .remove({ force: true, v: true })
        .catch(() => undefined),
    ),
  )
}

/** The processes that stand for containers in one worker's folder. */
export const processContainers = async (dir: string, cluster: string, worker: string): Promise<TestContainer[]> => {
  const listed = await processDriver({ dir: join(dir, 'processes') }).list({ cluster, worker })
  if (E.isLeft(listed)) throw new Error(listed.left.what)
  return listed.right.map(({ ref, id, state }) => ({
    instance: `${ref.job}.${ref.task}.${ref.index}`,
    attempt: ref.attempt,
    worker,
    id,
    running: state === 'running',
  }))
}

export const removeProcesses = async (dir: string, cluster: string, worker: string): Promise<void> => {
  const driver = processDriver({ dir: join(dir, 'processes') })
  const listed = await driver.list({ cluster, worker })
  if (E.isRight(listed)) await Promise.all(listed.right.map(({ ref }) => driver.remove(ref)))
}
