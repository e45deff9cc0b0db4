import * as assert from 'uvu/assert'
import { idOf } from '#libs/cluster'
import type { TestContainer } from './containers'
import type { Observer } from './observer'

/** What a check looks at: the log, and what the engine has. */
interface Looked {
  readonly log: Observer
  containers(): Promise<TestContainer[]>
}

const describe = ({ instance, attempt, worker, id }: TestContainer): string =>
  `${instance} attempt ${attempt} on ${worker}: ${id}`

/** What runs of a job, in a form that can be compared. */
export const runningOf = async (cluster: Looked, job: string): Promise<string[]> => {
  const containers = await cluster.containers()
  return containers
    .filter(({ instance, running }) => running && instance.startsWith(`${job}.`))
    .map(describe)
    .sort()
}

/**
 * That the engine and the log tell the same: each running instance has exactly one running container, the one that the
 * log names, and no other container runs.
 */
export const assertOneContainerEach = async (cluster: Looked): Promise<void> => {
  const told = [...cluster.log.view.jobs.keys()]
    .flatMap((job) => cluster.log.instances(job))
    .filter(({ state }) => state === 'running')
    .map((one) =>
      describe({
        instance: idOf(one),
        attempt: one.attempt,
        worker: one.worker ?? '',
        id: one.container ?? '',
        running: true,
      }),
    )
  const there = (await cluster.containers()).filter(({ running }) => running).map(describe)
  assert.equal(there.sort(), told.sort())
}

/** That nothing of the job ended, was lost or was started twice since a sequence. */
export const assertUndisturbed = (cluster: Looked, job: string, from: number): void => {
  const types = ['TaskStarted', 'TaskExited', 'TaskRestarting', 'TaskLost', 'TaskStopped', 'TaskFailed'] as const
  const disturbed = types.flatMap((type) =>
    cluster.log.all(type, from).flatMap(({ data }) => (data.job === job ? [`${type} ${data.index}`] : [])),
  )
  assert.equal(disturbed, [])
}
