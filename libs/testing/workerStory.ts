import type { Exit } from '#libs/drivers'
import type { TaskSpec } from '#libs/spec'
import { aJob } from './happenings'
import { WORKER, WorkerSimulation } from './workerSimulation'

export const ID = 'web.api.0'
export const RESTART: TaskSpec['restart'] = {
  policy: 'always',
  attempts: null,
  delayMs: 1_000,
  backoff: 2,
  maxDelayMs: 3_000,
  resetAfterMs: 60_000,
}

/** A worker with a job of one instance that was placed on it; what it does is taken with `news`. */
export const given = (task: Partial<TaskSpec> = {}, kind: 'service' | 'batch' = 'service'): WorkerSimulation => {
  const sim = new WorkerSimulation()
  sim.log.register(WORKER)
  sim.log.submit(aJob({ kind, tasks: [{ restart: RESTART, ...task }] }))
  sim.log.schedule(ID, WORKER)
  sim.engine.images.add('busybox:1')
  sim.relist()
  return sim
}

export const running = (task: Partial<TaskSpec> = {}, kind: 'service' | 'batch' = 'service'): WorkerSimulation => {
  const sim = given(task, kind)
  news(sim)
  return sim
}

/** Lets everything get through and takes what the core decided meanwhile. */
export const news = (sim: WorkerSimulation): string[] => {
  sim.flow()
  return sim.news.splice(0).map((line) => line.replace(` ${ID}`, ''))
}

export const ends = (sim: WorkerSimulation, attempt: number, exit: Partial<Exit> = {}): string[] => {
  const run = sim.engine.runs.get(`ork-web-api-0-${attempt}`)
  if (run === undefined) throw new Error(`attempt ${attempt} has no container`)
  sim.engine.end(run, { exitCode: 1, oomKilled: false, ...exit })
  return news(sim)
}

export const only = (sim: WorkerSimulation, attempt?: number) => {
  const [run] = [...sim.engine.runs.values()].filter(({ ref }) => attempt === undefined || ref.attempt === attempt)
  if (run === undefined) throw new Error('there is no container')
  return run
}

export const containers = (sim: WorkerSimulation): string[] =>
  [...sim.engine.runs].map(([name, { state }]) => `${name.replace('ork-web-api-0-', '#')} ${state}`)

/** An attempt of the placement that the log has now. */
export const refOf = (sim: WorkerSimulation, attempt: number) => {
  const { placedSeq } = sim.log.instance(ID)
  return { job: 'web', task: 'api', index: 0, attempt, placement: placedSeq }
}

export const crash = (sim: WorkerSimulation): void => {
  sim.crash(() => true, false)
  sim.relist()
}

export const state = (sim: WorkerSimulation): string => {
  const { state, attempt } = sim.log.instance(ID)
  return `${state} #${attempt}`
}
