import { attributeOf, type Instance, type Worker } from '#libs/cluster'
import { type Constraint, formatConstraint, isMet } from '#libs/spec'
import type { Filter } from './filter'

/** All that the task asks of a worker must hold: its labels, its name, its machine. */
export const constraints: Filter = {
  name: 'constraints',
  about: 'worker',
  rejects: (instance, { worker }) => {
    const [missed] = missedBy(instance, worker)
    if (missed === undefined) return null
    const has = attributeOf(worker, missed.attribute).join(', ')
    return `${formatConstraint(missed)} is asked for, it has ${has === '' ? 'none' : has}`
  },
  remedy: (instance, { worker }) => {
    const missed = missedBy(instance, worker)
    return missed.every(({ attribute }) => attribute.startsWith('label.'))
      ? missed.map((one) => formatConstraint(one)).join(' and ')
      : null
  },
}

const missedBy = ({ task }: Instance, worker: Worker): readonly Constraint[] =>
  (task.spec.constraints ?? []).filter((one) => !isMet(one, attributeOf(worker, one.attribute)))
