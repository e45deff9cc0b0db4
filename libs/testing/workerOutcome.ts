import { type Attempt, attemptsOf, isPlaced } from '#libs/cluster'
import { idOf } from './history'
import type { WorkerSimulation } from './workerSimulation'

/** What on the engine is not as the log wants it, and what in the log is not as it must become: empty when all is well. */
export const differences = ({ log, engine }: WorkerSimulation, worker: string): string[] => {
  const wrong: string[] = []
  const expected = new Set<string>()
  for (const job of log.cluster.jobs.values()) {
    for (const { instances } of job.tasks.values()) {
      for (const attempt of instances.flatMap(attemptsOf)) {
        wrong.push(...compare(engine, attempt, attempt.worker === worker, expected))
      }
    }
  }
  for (const name of engine.runs.keys()) if (!expected.has(name)) wrong.push(`${name} is left over`)
  return wrong
}

type Engine = WorkerSimulation['engine']

/** Adds the containers of an attempt's placement that may be there to `expected`. */
const compare = ({ runs }: Engine, attempt: Attempt, ours: boolean, expected: Set<string>): string[] => {
  const id = idOf(attempt)
  const wrong: string[] = []
  const goesOn = !['stopping', 'stopped'].includes(attempt.task.job.state)
  const history = ours && goesOn && (attempt.state === 'completed' || attempt.state === 'failed')
  const placed = ours && isPlaced(attempt.state)
  let running = 0
  for (const [name, { ref, state, spec }] of runs) {
    if (!name.startsWith(`ork-${id.replaceAll('.', '-')}-`) || ref.placement !== attempt.placedSeq) continue
    if (state === 'running') running += 1
    const current = ref.attempt === attempt.attempt
    if (placed && current && state === 'running') {
      if (spec.env.V !== attempt.spec.env.V) wrong.push(`${name} runs an old template`)
      expected.add(name)
    }
    if (placed && ref.attempt === attempt.attempt - 1 && state === 'exited') expected.add(name)
    if (history && current && state === 'exited') expected.add(name)
  }
  if (placed && (attempt.state !== 'running' || running !== 1)) wrong.push(`${id} is ${attempt.state}, ${running} run`)
  return wrong
}
