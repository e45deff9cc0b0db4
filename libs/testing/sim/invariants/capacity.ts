import { hostPortsOf, machinesOf, type Worker } from '#libs/cluster'
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
      for (const [name, promised] of devicesOf(worker)) {
        const has = worker.devices[name] ?? 0
        if (promised > has) fail(`${worker.name} has promised ${promised} of ${has} ${name} at ${seq}`)
      }
      const machine = machinesOf(truth.workers.values()).get(worker) ?? [worker]
      const ports = machine.flatMap(({ instances }) => [...instances].flatMap(hostPortsOf))
      if (new Set(ports).size < ports.length) fail(`a host port is given twice on ${worker.name}'s machine at ${seq}`)
    },
  }),
}

/** Counted anew from what is placed there. */
const devicesOf = ({ instances }: Worker): ReadonlyMap<string, number> => {
  const sum = new Map<string, number>()
  for (const { spec } of instances) {
    for (const [name, count] of Object.entries(spec.resources.devices ?? {}))
      sum.set(name, (sum.get(name) ?? 0) + count)
  }
  return sum
}
