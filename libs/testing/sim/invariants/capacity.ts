import { RESOURCE_NAMES } from '#libs/kernel'
import type { LogInvariant } from './invariant'

export const capacity: LogInvariant = {
  name: 'no worker is reserved beyond its capacity',
  watch: ({ truth }, fail) => ({
    stored: ({ seq, event }) => {
      if (event.type !== 'TaskScheduled') return
      const worker = truth.workers.get(event.data.worker)
      if (worker === undefined) return
      for (const name of RESOURCE_NAMES) {
        if (worker.reserved[name] <= worker.capacity[name]) continue
        fail(`${worker.name} has promised ${name} ${worker.reserved[name]} of ${worker.capacity[name]} at ${seq}`)
      }
    },
  }),
}
