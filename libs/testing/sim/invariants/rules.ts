import { attributeOf, findInstance } from '#libs/cluster'
import { instanceId } from '#libs/kernel'
import { formatConstraint, isMet } from '#libs/spec'
import type { LogInvariant } from './invariant'

type Labels = Readonly<Record<string, string>>

/** As of the sequence that a placement was decided on: what crosses it counts for the next one. */
export const rules: LogInvariant = {
  name: 'what is placed on a worker may go there',
  watch: ({ truth }, fail) => {
    const labels = new Map<string, { readonly seq: number; readonly labels: Labels }[]>()
    return {
      stored: ({ seq, event, took }) => {
        if (!('worker' in event.data)) return
        const worker = truth.workers.get(event.data.worker)
        if (worker === undefined) return
        const known = labels.get(worker.name) ?? []
        labels.set(worker.name, known)
        if (known.at(-1)?.labels !== worker.labels) known.push({ seq, labels: worker.labels })
        if (event.type !== 'TaskScheduled' || took !== 'effect') return
        const { job, task, index, asOf } = event.data
        const placed = findInstance(truth, job, task, index)
        const { constraints = [], distinctWorkers } = placed?.spec ?? {}
        for (const other of distinctWorkers ? worker.instances : []) {
          if (other.task === placed?.task && other.index !== index)
            fail(`${instanceId(event.data)} was placed beside ${other.index} on ${worker.name} at ${seq}`)
        }
        const then = { ...worker, labels: known.findLast((one) => one.seq <= asOf)?.labels ?? {} }
        for (const one of constraints) {
          if (isMet(one, attributeOf(then, one.attribute))) continue
          fail(
            `${instanceId(event.data)} was placed on ${worker.name} at ${seq}, though it asks for ${formatConstraint(one)}`,
          )
        }
      },
    }
  },
}
