import { type Instance, isPlaced } from '#libs/cluster'
import { idOf } from './history'
import type { WorkerSimulation } from './workerSimulation'

/** What on the engine is not as the log wants it, and what in the log is not as it must become: empty when all is well. */
export const differences = ({ log, engine }: WorkerSimulation, worker: string): string[] => {
  const wrong: string[] = []
  const expected = new Set<string>()
  for (const job of log.cluster.jobs.values()) {
    for (const { instances } of job.tasks.values()) {
      for (const instance of instances) wrong.push(...compare(engine, instance, instance.worker === worker, expected))
    }
  }
  for (const name of engine.runs.keys()) if (!expected.has(name)) wrong.push(`${name} is left over`)
  return wrong
}

type Engine = WorkerSimulation['engine']

/** Adds the containers of an instance that may be there to `expected`. */
const compare = ({ runs }: Engine, instance: Instance, ours: boolean, expected: Set<string>): string[] => {
  const id = idOf(instance)
  const wrong: string[] = []
  const goesOn = !['stopping', 'stopped'].includes(instance.task.job.state)
  const history = ours && goesOn && (instance.state === 'completed' || instance.state === 'failed')
  const placed = ours && isPlaced(instance.state)
  let running = 0
  for (const [name, { ref, state, spec }] of runs) {
    if (!name.startsWith(`ork-${id.replaceAll('.', '-')}-`)) continue
    if (state === 'running') running += 1
    const ofPlacement = ref.placement === instance.placedSeq
    const current = ofPlacement && ref.attempt === instance.attempt
    if (placed && current && state === 'running') {
      if (spec.env.V !== instance.spec.env.V) wrong.push(`${name} runs an old template`)
      expected.add(name)
    }
    if (placed && ofPlacement && ref.attempt === instance.attempt - 1 && state === 'exited') expected.add(name)
    if (history && current && state === 'exited') expected.add(name)
  }
  if (placed && (instance.state !== 'running' || running !== 1))
    wrong.push(`${id} is ${instance.state}, ${running} run`)
  return wrong
}
