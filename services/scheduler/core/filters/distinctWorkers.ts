import { type Instance, idOf } from '#libs/cluster'
import type { Candidate, Filter } from './filter'

/** Two instances of a task that asks for it never share a worker; two attempts of one may, while one takes the other's place. */
export const distinctWorkers: Filter = {
  name: 'distinctWorkers',
  about: 'instance',
  rejects: (instance, candidate) => {
    const other = otherThere(instance, candidate)
    return other === null ? null : `${other} is there, and no two of them share a worker`
  },
  remedy: (instance, candidate) => `${otherThere(instance, candidate)} to be elsewhere`,
}

const otherThere = ({ task, index }: Instance, { otherOf }: Candidate): string | null => {
  const other = task.spec.distinctWorkers ? otherOf(task, index) : undefined
  return other === undefined ? null : idOf({ task, index: other })
}
